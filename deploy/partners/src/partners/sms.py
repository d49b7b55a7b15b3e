"""The SMS operator: takes messages, keeps them in the receiver's inbox."""

import re
from secrets import token_hex
from typing import Annotated

import orjson
from pydantic import AfterValidator, BaseModel
from starlette.routing import Route

from .books import Books
from .clock import now_ms, wire
from .edge import Call, Document, Edge
from .fields import text

_PHONE = re.compile(r"1\d{10}|\+\d{6,15}")
_CODE = "验证码 {{code}}（序号 {{serial}}），用于{what}，请勿告诉他人。"
_TEMPLATES = {
    "mandate_offered": "有人请您代为办理警务服务，请登录后在“我的授权”中查看并决定是否接受；不认识对方请谢绝。",
    "mandate_accepted": "您的代办授权已被接受，对方可在授权范围内代您办理警务服务；如非您授意，请登录后立即解除。",
    "guardian_registered": "您的账号已登记代办监护关系，请登录后在“我的授权”中查看；如有疑问请到服务窗口核实。",
    "erasure_requested": "已收到注销您警务服务账号的申请，等待期内可登录取消。如非本人操作请立即取消并修改口令。",
    "erasure_begun": "您的警务服务账号已停用，个人数据将按规定删除；依法保留的内容、原因和期限，请凭注销回执查询。",
    "erasure_stopped": "您的警务服务账号注销已中止：还有未办结的事项，请登录查看。",
    "register_code": _CODE.format(what="注册"),
    "login_code": _CODE.format(what="登录"),
    "password_code": _CODE.format(what="重设密码"),
    "link_code": _CODE.format(what="关联登录方式"),
}


def plain_phone(phone: str) -> str:
    """`+86 138…` and `138…` are one inbox."""
    digits = re.sub(r"[ -]", "", phone).removeprefix("+86")
    if not _PHONE.fullmatch(digits):
        raise ValueError("not a phone number")
    return digits


class SendMessage(BaseModel):
    phone: Annotated[str, text(32), AfterValidator(plain_phone)]
    template: Annotated[str, text(64)]
    params: dict[str, str] = {}
    out_id: Annotated[str, text(64)] | None = None


class SmsOperator:
    def __init__(self, books: Books) -> None:
        self._books = books

    def send(self, asked: SendMessage) -> Document:
        known = self._books.row("SELECT message_id FROM sms_message WHERE out_id = ?", asked.out_id)
        if known is not None:
            return {"message_id": known["message_id"], "status": "ACCEPTED"}
        message_id = f"sm_{token_hex(16)}"
        self._books.run(
            "INSERT INTO sms_message (message_id, phone, template, params, out_id, sent_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            message_id,
            asked.phone,
            asked.template,
            orjson.dumps(asked.params).decode(),
            asked.out_id,
            now_ms(),
        )
        return {"message_id": message_id, "status": "ACCEPTED"}

    def inbox(self, phone: str, limit: int) -> list[Document]:
        """Newest first."""
        rows = self._books.rows(
            "SELECT * FROM sms_message WHERE phone = ? ORDER BY seq DESC LIMIT ?", phone, limit
        )
        return [
            {
                "message_id": row["message_id"],
                "template": row["template"],
                "params": orjson.loads(row["params"]),
                "text": _rendered(row["template"], orjson.loads(row["params"])),
                "sent_at": wire(row["sent_at"]),
            }
            for row in rows
        ]


def routes(edge: Edge, operator: SmsOperator) -> list[Route]:
    def send(call: Call) -> Document:
        return operator.send(call.read(SendMessage))

    return [edge.route("POST", "/sms/v1/send", send)]


def _rendered(template: str, params: dict[str, str]) -> str:
    pattern = _TEMPLATES.get(template, f"{template}: " + ", ".join(f"{key}={{{key}}}" for key in params))
    return re.sub(r"\{(\w+)\}", lambda found: params.get(found[1], found[0]), pattern)

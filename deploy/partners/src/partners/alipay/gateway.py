"""`/alipay/gateway.do`: every call, and the address a payer's browser opens. PROTOCOL.md §16."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..clock import SHANGHAI
from ..edge import Document, Model
from ..errors import Refused
from ..open_edge import Visit
from .signing import CHARSETS, is_signed, request_text, sign

_WINDOW: Final = timedelta(minutes=15)
_SUB_CODE: Final = {
    "ORDER_NOT_EXIST": "ACQ.TRADE_NOT_EXIST",
    "TRANSACTION_NOT_EXIST": "ACQ.TRADE_NOT_EXIST",
    "OUT_TRADE_NO_CONFLICT": "ACQ.CONTEXT_INCONSISTENT",
    "PARAM_ERROR": "ACQ.INVALID_PARAMETER",
    "ORDER_PAID": "ACQ.TRADE_STATUS_ERROR",
    "ORDER_NOT_PAID": "ACQ.TRADE_STATUS_ERROR",
    "REFUND_EXCEEDS": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "OUT_REFUND_NO_CONFLICT": "ACQ.DISCORDANT_REPEAT_REQUEST",
    "BILL_NOT_READY": "isp.bill_not_exist",
}


class NotAdmitted(Exception):
    """The call is not believed to be ours, or is none: answered without a signature."""

    def __init__(self, code: str, sub_code: str, sub_msg: str) -> None:
        super().__init__(sub_code)
        self.code, self.sub_code, self.sub_msg = code, sub_code, sub_msg


@dataclass(frozen=True, slots=True)
class App:
    """One of our applications, and whose money it collects."""

    app_id: str
    seller: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that was admitted."""

    app: App
    params: dict[str, str]
    base_url: str

    def content(self, model: type[Model]) -> Model:
        try:
            return model.model_validate_json(self.params.get("biz_content", "{}"))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "biz_content"
            raise Refused(400, "PARAM_ERROR", f"参数有误 {where}: {first['msg']}") from None


Call = Callable[[Asked], Document]
Page = Callable[[Asked], str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """`calls` answer a program, `pages` give the address a browser is sent on to; both by method."""

    apps: dict[str, App]
    their_key: RSAPublicKey
    own_key: RSAPrivateKey
    calls: dict[str, Call]
    pages: dict[str, Page]

    def answer(self, visit: Visit) -> Response:
        params = _params(visit)
        charset = CHARSETS.get(params.get("charset", "utf-8").lower(), "utf-8")
        method = params.get("method", "")
        try:
            asked = self._admitted(params, charset, visit.base_url)
        except NotAdmitted as no:
            return _plain(_document(no.code, "Invalid Arguments", no.sub_code, no.sub_msg), method, charset)
        if method in self.pages:
            return self._page(asked, method)
        return self._signed(self._carried_out(asked, method), method, charset)

    def _admitted(self, params: dict[str, str], charset: str, base_url: str) -> Asked:
        app = self.apps.get(params.get("app_id", ""))
        if app is None:
            raise NotAdmitted("40002", "isv.invalid-app-id", "无效的AppID参数")
        if params.get("sign_type") != "RSA2" or params.get("version") != "1.0":
            raise NotAdmitted("40002", "isv.invalid-signature-type", "签名类型或版本无效")
        try:
            at = datetime.strptime(params.get("timestamp", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError:
            raise NotAdmitted("40002", "isv.invalid-timestamp", "非法的时间戳参数") from None
        is_page = params.get("method") in self.pages  # opened whenever the payer gets to it
        if not is_page and abs(datetime.now(SHANGHAI) - at) > _WINDOW:
            raise NotAdmitted("40002", "isv.invalid-timestamp", "非法的时间戳参数")
        if params.get("method") not in (*self.calls, *self.pages):
            raise NotAdmitted("40002", "isv.invalid-method", "不存在的方法名")
        text = request_text(params).encode(charset, "replace")
        if not is_signed(self.their_key, text, params.get("sign", "")):
            raise NotAdmitted(
                "40002", "isv.invalid-signature", "验签出错，请确认charset参数放在了URL查询字符串中"
            )
        return Asked(app, params, base_url)

    def _page(self, asked: Asked, method: str) -> Response:
        try:
            return RedirectResponse(self.pages[method](asked), 302)
        except Refused as refused:
            return HTMLResponse(f"<h1>{_sub_code(refused)}</h1>", 400)

    def _carried_out(self, asked: Asked, method: str) -> Document:
        try:
            return {"code": "10000", "msg": "Success", **self.calls[method](asked)}
        except Refused as refused:
            return _document("40004", "Business Failed", _sub_code(refused), refused.message)

    def _signed(self, document: Document, method: str, charset: str) -> Response:
        inner = _written(document)
        signature = sign(self.own_key, inner.encode(charset))
        return _json(f'{{"{_member(method)}":{inner},"sign":"{signature}"}}', charset)


def _params(visit: Visit) -> dict[str, str]:
    """Of the query and the form together, in the charset that they name."""
    raw = b"&".join(filter(None, (visit.raw_query, visit.body))).decode("latin-1")
    named = dict(parse_qsl(raw)).get("charset", "utf-8").lower()
    return dict(
        parse_qsl(raw, keep_blank_values=True, encoding=CHARSETS.get(named, "utf-8"), errors="replace")
    )


def _sub_code(refused: Refused) -> str:
    return _SUB_CODE.get(refused.code, refused.code if "." in refused.code else "ACQ.SYSTEM_ERROR")


def _document(code: str, msg: str, sub_code: str, sub_msg: str) -> Document:
    return {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}


def _written(document: Document) -> str:
    """With escaped slashes, as no JSON library writes it again: the signature is over these very characters."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def _member(method: str) -> str:
    return f"{method.replace('.', '_')}_response"


def _plain(document: Document, method: str, charset: str) -> Response:
    return _json(f'{{"{_member(method) if method else "error_response"}":{_written(document)}}}', charset)


def _json(text: str, charset: str) -> Response:
    return Response(text.encode(charset), media_type=f"text/html;charset={charset}")

"""What WeChat Pay says: bodies in, answers out. Names and shapes are those of its API v3."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..acquirer.books import Row
from ..acquirer.documents import OrderLine, RefundLine
from ..clock import SHANGHAI, now_ms, to_ms
from ..edge import Document
from ..errors import Refused
from ..fields import Cents, Moment, NotifyUrl, text

TRADE_TYPE = {"jsapi": "JSAPI", "native": "NATIVE", "h5": "MWEB"}
STATE_WORDS = {
    "NOTPAY": "未支付",
    "USERPAYING": "支付中",
    "SUCCESS": "支付成功",
    "CLOSED": "已关闭",
    "REFUND": "转入退款",
}
_PAY_WITHIN = timedelta(hours=2)


class Amount(BaseModel):
    total: Cents
    currency: Literal["CNY"] = "CNY"


class OfPayer(BaseModel):
    openid: Annotated[str, text(128)]


class SceneInfo(BaseModel):
    payer_client_ip: Annotated[str, text(45)]
    h5_info: dict[str, str] | None = None


class PlaceOrder(BaseModel):
    appid: Annotated[str, text(32)]
    mchid: Annotated[str, text(32)]
    description: Annotated[str, text(127)]
    out_trade_no: Annotated[str, Field(pattern=r"^[A-Za-z0-9_*-]{6,32}$")]
    time_expire: Moment | None = None
    notify_url: NotifyUrl
    amount: Amount
    payer: OfPayer | None = None
    scene_info: SceneInfo | None = None

    def line(self, scene: str, payer: str | None) -> OrderLine:
        ends = (
            to_ms(self.time_expire)
            if self.time_expire
            else now_ms() + round(_PAY_WITHIN.total_seconds() * 1000)
        )
        return OrderLine(
            self.out_trade_no,
            self.mchid,
            scene,
            self.amount.total,
            self.amount.currency,
            self.description,
            self.notify_url,
            None,
            ends,
            payer,
        )


class RefundAmount(BaseModel):
    refund: Cents
    total: Cents
    currency: Literal["CNY"]


class AskRefund(BaseModel):
    transaction_id: str | None = None
    out_trade_no: Annotated[str, text(32)] | None = None
    out_refund_no: Annotated[str, Field(pattern=r"^[A-Za-z0-9_|*@-]{1,64}$")]
    reason: Annotated[str, text(80)] | None = None
    notify_url: NotifyUrl | None = None
    amount: RefundAmount

    def line(self) -> RefundLine:
        if self.out_trade_no is None:
            raise Refused(400, "PARAM_ERROR", "沙箱要求 out_trade_no")
        return RefundLine(
            self.out_refund_no,
            self.out_trade_no,
            self.transaction_id,
            self.amount.refund,
            self.amount.total,
            self.reason or "退款",
            self.notify_url,
        )


class Close(BaseModel):
    mchid: str


def order_document(row: Row, appid: str, refunded_cents: int) -> Document:
    """As queried. An order any money of which went back is `REFUND`: it was paid all the same."""
    paid = row["state"] == "SUCCESS"
    state = "REFUND" if paid and refunded_cents else row["state"]
    document: Document = {
        "appid": appid,
        "mchid": row["merchant"],
        "out_trade_no": row["out_trade_no"],
        "trade_state": state,
        "trade_state_desc": STATE_WORDS.get(state, state),
        "amount": {"total": row["amount_cents"], "currency": row["currency"]},
    }
    if paid:
        document |= paid_part(row, row["transaction_id"], row["captured_cents"], row["captured_at"])
    return document


def paid_part(row: Row, transaction_id: str, cents: int, captured_at: int) -> Document:
    """What only a paid order has. Its total is what was taken."""
    return {
        "transaction_id": transaction_id,
        "trade_type": TRADE_TYPE[row["scene"]],
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": seconds(captured_at),
        "payer": {"openid": row["payer"] or "oSandboxPayer"},
        "amount": {"total": cents, "payer_total": cents, "currency": "CNY", "payer_currency": "CNY"},
    }


def refund_document(row: Row) -> Document:
    return {
        "refund_id": row["refund_id"],
        "out_refund_no": row["out_refund_no"],
        "transaction_id": row["transaction_id"],
        "out_trade_no": row["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": seconds(row["created_at"]),
        "status": row["status"],
        "amount": {
            "total": row["total_cents"],
            "refund": row["refund_cents"],
            "payer_total": row["total_cents"],
            "payer_refund": row["refund_cents"],
            "currency": "CNY",
        },
        **({"success_time": seconds(row["finished_at"])} if row["status"] == "SUCCESS" else {}),
    }


def seconds(ms: int) -> str:
    """`2026-11-22T18:30:59+08:00`."""
    return datetime.fromtimestamp(ms // 1000, SHANGHAI).isoformat(timespec="seconds")

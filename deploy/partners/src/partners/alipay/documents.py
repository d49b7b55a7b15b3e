"""What Alipay takes and says. Field by field: PROTOCOL.md §16."""

import re
from datetime import datetime
from decimal import Decimal
from secrets import token_hex
from typing import Annotated

import orjson
from pydantic import BaseModel, BeforeValidator, StringConstraints

from ..acquirer.books import AcquirerBooks, Row
from ..acquirer.documents import Capture, Told
from ..clock import SHANGHAI
from ..edge import Document
from ..fields import text

_YUAN = re.compile(r"\d{1,9}(\.\d{1,2})?")
Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _fen(value: object) -> int:
    if not isinstance(value, str) or not _YUAN.fullmatch(value) or not (cents := int(Decimal(value) * 100)):
        raise ValueError("yuan as text, two decimals at most, more than nothing")
    return cents


def _moment(value: object) -> int:
    moment = datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    return round(moment.timestamp() * 1000)


Yuan = Annotated[int, BeforeValidator(_fen)]
Moment = Annotated[int, BeforeValidator(_moment)]


class AskPayment(BaseModel):
    out_trade_no: Number
    total_amount: Yuan
    subject: Annotated[str, text(256)]
    time_expire: Moment | None = None
    product_code: str = ""


class AskTrade(BaseModel):
    out_trade_no: Number


class AskRefund(BaseModel):
    out_trade_no: Number
    refund_amount: Yuan
    trade_no: str | None = None
    out_request_no: Number | None = None
    refund_reason: Annotated[str, text(256)] | None = None


class AskRefundState(BaseModel):
    out_trade_no: Number
    out_request_no: Number


def yuan(cents: int) -> str:
    """`-0.06`: what is less than nothing, too."""
    sign, rest = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def beijing(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def trade_document(row: Row, status: str) -> Document:
    document: Document = {
        "out_trade_no": row["out_trade_no"],
        "trade_status": status,
        "total_amount": yuan(row["captured_cents"] or row["amount_cents"]),
        "buyer_logon_id": "138****0000",
    }
    if row["transaction_id"]:
        document |= {"trade_no": row["transaction_id"], "send_pay_date": beijing(row["captured_at"])}
    return document


def refund_document(row: Row, refunded_cents: int, *, is_new: bool) -> Document:
    """`refund_fee` is everything given back of the trade so far, not this refund alone."""
    return {
        "out_trade_no": row["out_trade_no"],
        "trade_no": row["transaction_id"],
        "refund_fee": yuan(refunded_cents),
        "fund_change": "Y" if is_new and row["status"] == "SUCCESS" else "N",
        "gmt_refund_pay": beijing(row["finished_at"] or row["created_at"]),
    }


def refund_state_document(row: Row) -> Document:
    document: Document = {
        "out_trade_no": row["out_trade_no"],
        "trade_no": row["transaction_id"],
        "out_request_no": row["out_refund_no"],
        "total_amount": yuan(row["total_cents"]),
        "refund_amount": yuan(row["refund_cents"]),
    }
    if row["status"] == "SUCCESS":
        document |= {"refund_status": "REFUND_SUCCESS", "gmt_refund_pay": beijing(row["finished_at"])}
    return document


class AlipayDialect:
    """Implements `acquirer.documents.Dialect`. What the sender adds: time, charset, signature."""

    def __init__(self, books: AcquirerBooks, app_of: dict[str, str]) -> None:
        """`app_of`: by seller."""
        self._books = books
        self._app_of = app_of

    def captured(self, capture: Capture) -> Told:
        order, sum_ = capture.order, yuan(capture.amount_cents)
        return self._told(
            order, capture.merchant, capture.transaction_id, "TRADE_SUCCESS",
            total_amount=sum_, receipt_amount=sum_, invoice_amount=sum_, buyer_pay_amount=sum_,
            gmt_payment=beijing(capture.captured_at),
            fund_bill_list=f'[{{"amount":"{sum_}","fundChannel":"ALIPAYACCOUNT"}}]',
        )  # fmt: skip

    def refunded(self, order: Row, refund: Row) -> Told:
        """The trade is closed once all of it is back; until then it is told as paid, once more."""
        back = self._books.refunded_cents(order["out_trade_no"])
        status = "TRADE_CLOSED" if back >= refund["total_cents"] else "TRADE_SUCCESS"
        return self._told(
            order, order["merchant"], refund["transaction_id"], status,
            out_biz_no=refund["out_refund_no"], total_amount=yuan(refund["total_cents"]),
            refund_fee=yuan(back), gmt_payment=beijing(order["captured_at"]),
            gmt_refund=f"{beijing(refund['finished_at'])}.000",
        )  # fmt: skip

    def finished(self, order: Row) -> Told:
        """The time for refunds is over."""
        return self._told(
            order, order["merchant"], order["transaction_id"], "TRADE_FINISHED",
            total_amount=yuan(order["captured_cents"]), gmt_payment=beijing(order["captured_at"]),
        )  # fmt: skip

    def _told(self, order: Row, seller: str, trade_no: str, status: str, **facts: str) -> Told:
        notify_id = f"{token_hex(16)}an"
        fields = {
            "notify_id": notify_id,
            "notify_type": "trade_status_sync",
            "app_id": self._app_of[order["merchant"]],
            "version": "1.0",
            "trade_no": trade_no,
            "out_trade_no": order["out_trade_no"],
            "seller_id": seller,
            "buyer_id": "2088902006109999",
            "trade_status": status,
            "subject": order["description"],
            "gmt_create": beijing(order["created_at"]),
        }
        return Told(notify_id, orjson.dumps(fields | facts))

"""What the bank says: bodies in, answers and notices out. Field by field: PROTOCOL.md §4."""

from secrets import token_hex
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel

from ..acquirer.books import Row
from ..acquirer.documents import Capture, OrderLine, RefundLine, Told
from ..clock import now_ms, to_ms, wire, wire_or_none
from ..edge import Document
from ..fields import Cents, Moment, NotifyUrl, Number, text


class PlaceOrder(BaseModel):
    out_trade_no: Number
    amount_cents: Cents
    currency: Literal["CNY"]
    description: Annotated[str, text(127)]
    notify_url: NotifyUrl
    expires_at: Moment
    return_url: NotifyUrl | None = None

    def line(self, merchant: str) -> OrderLine:
        return OrderLine(
            self.out_trade_no,
            merchant,
            "web",
            self.amount_cents,
            self.currency,
            self.description,
            self.notify_url,
            self.return_url,
            to_ms(self.expires_at),
        )


class AskRefund(BaseModel):
    out_refund_no: Number
    out_trade_no: Number
    transaction_id: str | None = None
    refund_cents: Cents
    total_cents: Cents
    reason: Annotated[str, text(200)]
    notify_url: NotifyUrl

    def line(self) -> RefundLine:
        return RefundLine(**self.model_dump())


def order_document(row: Row, refunded_cents: int) -> Document:
    paid = row["state"] == "SUCCESS"
    return {
        "out_trade_no": row["out_trade_no"],
        "merchant_id": row["merchant"],
        "state": row["state"],
        "amount_cents": row["captured_cents"] if paid else row["amount_cents"],
        "currency": row["currency"],
        "transaction_id": row["transaction_id"] if paid else None,
        "success_time": wire_or_none(row["captured_at"]) if paid else None,
        "expires_at": wire(row["expires_at"]),
        "refunded_cents": refunded_cents,
    }


def placed_document(row: Row, base_url: str) -> Document:
    return {
        "out_trade_no": row["out_trade_no"],
        "prepay_id": row["prepay_id"],
        "pay_url": f"{base_url}/bank/cashier/{row['prepay_id']}",
        "state": row["state"],
    }


def refund_document(row: Row) -> Document:
    return {
        "out_refund_no": row["out_refund_no"],
        "refund_id": row["refund_id"],
        "out_trade_no": row["out_trade_no"],
        "transaction_id": row["transaction_id"],
        "status": row["status"],
        "refund_cents": row["refund_cents"],
        "total_cents": row["total_cents"],
        "success_time": wire_or_none(row["finished_at"]) if row["status"] == "SUCCESS" else None,
    }


class BankDialect:
    """Implements `acquirer.documents.Dialect`."""

    def captured(self, capture: Capture) -> Told:
        data = {
            "out_trade_no": capture.order["out_trade_no"],
            "transaction_id": capture.transaction_id,
            "trade_state": "SUCCESS",
            "amount_cents": capture.amount_cents,
            "currency": "CNY",
            "success_time": wire(capture.captured_at),
        }
        return _told("TRANSACTION.SUCCESS", capture.merchant, data)

    def refunded(self, order: Row, refund: Row) -> Told:
        data = refund_document(refund)
        data["refund_status"] = data.pop("status")
        return _told(f"REFUND.{refund['status']}", order["merchant"], data | {"currency": "CNY"})


def _told(event: str, merchant_id: str, data: Document) -> Told:
    notice_id = f"bn_{token_hex(16)}"
    body = {
        "notice_id": notice_id,
        "event": event,
        "created_at": wire(now_ms()),
        "merchant_id": merchant_id,
        "data": data,
    }
    return Told(notice_id, orjson.dumps(body))

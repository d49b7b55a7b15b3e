"""What the bank says: bodies in, answers and notices out. Field by field: PROTOCOL.md §4."""

from secrets import token_hex
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel

from ..clock import now_ms, wire, wire_or_none
from ..edge import Document
from ..fields import Cents, Moment, NotifyUrl, Number, text
from .books import Row


class PlaceOrder(BaseModel):
    out_trade_no: Number
    amount_cents: Cents
    currency: Literal["CNY"]
    description: Annotated[str, text(127)]
    notify_url: NotifyUrl
    expires_at: Moment
    return_url: NotifyUrl | None = None


class AskRefund(BaseModel):
    out_refund_no: Number
    out_trade_no: Number
    transaction_id: str | None = None
    refund_cents: Cents
    total_cents: Cents
    reason: Annotated[str, text(200)]
    notify_url: NotifyUrl


def order_document(row: Row, merchant_id: str, refunded_cents: int) -> Document:
    paid = row["state"] == "SUCCESS"
    return {
        "out_trade_no": row["out_trade_no"],
        "merchant_id": merchant_id,
        "state": row["state"],
        "amount_cents": row["captured_cents"] if paid else row["amount_cents"],
        "currency": row["currency"],
        "transaction_id": row["transaction_id"] if paid else None,
        "success_time": wire_or_none(row["captured_at"]) if paid else None,
        "expires_at": wire(row["expires_at"]),
        "refunded_cents": refunded_cents,
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


def capture_data(out_trade_no: str, transaction_id: str, amount_cents: int, captured_at: int) -> Document:
    return {
        "out_trade_no": out_trade_no,
        "transaction_id": transaction_id,
        "trade_state": "SUCCESS",
        "amount_cents": amount_cents,
        "currency": "CNY",
        "success_time": wire(captured_at),
    }


def refund_data(row: Row) -> Document:
    data = refund_document(row)
    data["refund_status"] = data.pop("status")
    return data | {"currency": "CNY"}


def notice_body(event: str, merchant_id: str, data: Document) -> tuple[str, bytes]:
    """A new notice's id and the bytes every attempt will carry."""
    notice_id = f"bn_{token_hex(16)}"
    body = {
        "notice_id": notice_id,
        "event": event,
        "created_at": wire(now_ms()),
        "merchant_id": merchant_id,
        "data": data,
    }
    return notice_id, orjson.dumps(body)

"""What the API answers about receipts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from ...application.receipt_ports import Row
from ...application.show_receipt import ReceiptDesk, is_issued
from ...domain import words
from ...domain.money import yuan
from ...domain.receipts import Kind, ReceiptState, verdict_on


class ReceiptView(BaseModel):
    """A receipt (财政电子票据) or a red one (红票). Its numbers are there once the fiscal platform gave them."""

    id: UUID
    order_id: UUID
    kind: Literal["blue", "red"] = Field(
        description="red: reverses the blue one, for money that was given back"
    )
    kind_text: str
    kind_text_en: str
    state: Literal["requested", "refused", "issued"]
    state_text: str
    state_text_en: str
    amount_cents: int
    amount_yuan: str
    reversed_cents: int = Field(description="given back of a blue one")
    receipt_code: str | None = Field(description="票据代码")
    receipt_no: str | None = Field(description="票据号码")
    check_code: str | None = Field(description="校验码")
    reverses_no: str | None = Field(description="number of the blue one that a red one reverses")
    issued_at: datetime | None
    check_url: str | None
    pdf_url: str | None

    @classmethod
    def of(cls, row: Row, desk: ReceiptDesk) -> "ReceiptView":
        issued = is_issued(row)
        kind, state = words.RECEIPT_KIND[Kind(row["kind"])], words.RECEIPT_STATE[ReceiptState(row["state"])]
        return cls(
            id=row["id"],
            order_id=row["order_id"],
            kind=row["kind"],
            kind_text=kind[0],
            kind_text_en=kind[1],
            state=row["state"],
            state_text=state[0],
            state_text_en=state[1],
            amount_cents=row["amount_cents"],
            amount_yuan=yuan(row["amount_cents"]),
            reversed_cents=row["reversed_cents"],
            receipt_code=row["code"],
            receipt_no=row["number"],
            check_code=row["check_code"],
            reverses_no=row["blue_number"],
            issued_at=row["issued_at"],
            check_url=desk.check_url(row) if issued else None,
            pdf_url=f"/api/payments/receipts/{row['id']}/pdf" if issued else None,
        )


class ReceiptCheck(BaseModel):
    """What anybody may learn who holds the three numbers of a receipt: that it is genuine, and what is left of it.

    Nothing about the payer. `unknown` leaves everything else null.
    """

    verdict: Literal["valid", "partly_reversed", "reversed", "red", "unknown"]
    receipt_code: str | None = None
    receipt_no: str | None = None
    amount_cents: int | None = None
    reversed_cents: int | None = None
    reverses_no: str | None = None
    purpose: str | None = None
    unit: str | None = None
    unit_en: str | None = None
    issued_at: datetime | None = None

    @classmethod
    def of(cls, row: Row | None) -> "ReceiptCheck":
        if row is None:
            return cls(verdict="unknown")
        return cls(
            verdict=verdict_on(Kind(row["kind"]), row["amount_cents"], row["reversed_cents"]).value,
            receipt_code=row["code"],
            receipt_no=row["number"],
            amount_cents=row["amount_cents"],
            reversed_cents=row["reversed_cents"],
            reverses_no=row["blue_number"],
            purpose=row["purpose"],
            unit=row["unit_name"],
            unit_en=row["unit_name_en"],
            issued_at=row["issued_at"],
        )

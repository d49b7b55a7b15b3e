"""Receipts (财政电子票据): one for the money that paid an order, one red for each refund of it.

A receipt's id is that of what it is for, the order's or the refund's, and its number at the fiscal platform: so there
is one at most, whatever happens, and whoever asks again gets the same.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from chassis.clock import SHANGHAI

from .captures import Why
from .readings import number_of


class Kind(StrEnum):
    BLUE = "blue"
    RED = "red"


class ReceiptState(StrEnum):
    REQUESTED = "requested"
    REFUSED = "refused"
    """The platform would not, last time; it is asked again, and an operator sees why."""
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt as the platform numbered and sealed it. `code`, `number`, `check_code`: 票据代码、票据号码、校验码.

    `reverses_no`: the number of the blue receipt that a red one reverses. `issued_at` has milliseconds, no more.
    """

    business_no: str
    kind: Kind
    code: str
    number: str
    check_code: str
    amount_cents: int
    issued_at: datetime
    reverses_no: str | None
    seal: bytes
    seal_key_id: str

    def statement(self) -> bytes:
        """The text that is sealed: `name=value` a line, as the platform's protocol says."""
        at = self.issued_at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
        said = (
            ("business_no", self.business_no),
            ("kind", self.kind.upper()),
            ("receipt_code", self.code),
            ("receipt_no", self.number),
            ("check_code", self.check_code),
            ("amount_cents", self.amount_cents),
            ("issued_at", at),
            ("reverses_no", self.reverses_no or ""),
        )
        return "".join(f"{name}={value}\n" for name, value in said).encode()


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """A receipt that is owed, with what the platform must be told. `blue`: code and number of the one to reverse."""

    id: UUID
    order_id: UUID
    case_id: UUID
    kind: Kind
    state: ReceiptState
    amount_cents: int
    unit: str
    item_code: str
    purpose: str
    paid_at: datetime
    requested_at: datetime
    blue: tuple[str, str] | None
    why: Why | None

    @property
    def number(self) -> str:
        return number_of(self.id)

    def is_met_by(self, issued: Issued) -> bool:
        """Whether that is the receipt which was asked for."""
        wanted = (self.number, self.kind, self.amount_cents, self.blue[1] if self.blue else None)
        return wanted == (issued.business_no, issued.kind, issued.amount_cents, issued.reverses_no)


class Verdict(StrEnum):
    """What anybody may learn of a receipt who holds its three numbers."""

    VALID = "valid"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    RED = "red"
    """Genuine, and itself the reversal of another."""
    UNKNOWN = "unknown"


def verdict_on(kind: Kind, amount_cents: int, reversed_cents: int) -> Verdict:
    """`reversed_cents` was given back of it. The red receipt may be on its way: who relies on the blue must know."""
    if kind is Kind.RED:
        return Verdict.RED
    if reversed_cents == 0:
        return Verdict.VALID
    return Verdict.REVERSED if reversed_cents == amount_cents else Verdict.PARTLY_REVERSED


RECEIPT_DIFFERS: Final = "RECEIPT_DIFFERS"
"""Our word for a genuine receipt that is not the one which was asked for."""

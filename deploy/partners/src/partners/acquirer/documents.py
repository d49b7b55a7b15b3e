"""What the desks take, and the dialect in which a provider tells of money."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .books import Row


class OrderLine(NamedTuple):
    """A new order, in the order of the columns it is written to; `expires_at` in milliseconds, `payer` an openid."""

    out_trade_no: str
    merchant: str
    scene: str
    amount_cents: int
    currency: str
    description: str
    notify_url: str
    return_url: str | None
    expires_at: int
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund as asked for. `transaction_id` None: of the order's first capture."""

    out_refund_no: str
    out_trade_no: str
    transaction_id: str | None
    refund_cents: int
    total_cents: int
    reason: str
    notify_url: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """Money that was taken, as a notice is to tell of it."""

    order: Row
    merchant: str
    transaction_id: str
    amount_cents: int
    captured_at: int


class Told(NamedTuple):
    """A new notice's id and the bytes every attempt will carry."""

    notice_id: str
    body: bytes


class Dialect(Protocol):
    """How one provider tells; None where it does not tell of that by notice."""

    def captured(self, capture: Capture) -> Told: ...

    def refunded(self, order: Row, refund: Row) -> Told | None: ...

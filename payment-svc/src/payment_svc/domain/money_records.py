"""Money as the use cases hold it while they decide. Amounts in fen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .captures import Account, Why
from .orders import ActedBy, Order
from .payees import Payee
from .readings import PaymentReading


class RefundState(StrEnum):
    AWAITING_APPROVAL = "awaiting_approval"
    """Asked for by staff and above the limit: its money is set aside, and nobody at the provider has heard of it."""
    DECLINED = "declined"
    REQUESTED = "requested"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    """The provider could not; the money is still ours. Its late word still wins."""


@dataclass(frozen=True, slots=True)
class BookedCapture:
    """Money that has been booked. `state` is where it stands now."""

    id: UUID
    attempt_id: UUID
    state: Account
    amount_cents: int
    currency: str
    merchant_id: str
    returning_cents: int = 0
    """Of `amount_cents`: given back, on the way back, or set aside for it."""

    @property
    def left_cents(self) -> int:
        return self.amount_cents - self.returning_cents

    def agrees_with(self, attempt_id: UUID, reading: PaymentReading) -> bool:
        """Whether `reading` tells the same of this transaction as what was booked."""
        return (self.attempt_id, self.amount_cents, self.currency, self.merchant_id) == (
            attempt_id,
            reading.amount_cents,
            reading.currency,
            reading.merchant_id,
        )


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where money of one transaction belongs: the order, the attempt and who made it, the capture if booked before."""

    order: Order
    attempt_id: UUID
    capture: BookedCapture | None
    by: ActedBy | None = None


@dataclass(frozen=True, slots=True)
class RefundDue:
    """A refund as it is decided; with `reason` and `requested_by` where staff ask for it."""

    refund_id: UUID
    amount_cents: int
    why: Why | None
    reason: str | None = None
    requested_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to be given back: a capture, or a part of one. Its id is its number at the provider, for ever."""

    id: UUID
    capture_id: UUID
    order_id: UUID
    attempt_id: UUID
    channel: str
    payee: Payee
    transaction_id: str
    amount_cents: int
    captured_cents: int
    pays_order: bool
    why: Why
    state: RefundState
    requested_at: datetime
    requested_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice about to be stored. `notice_id` is the provider's, `payee` whose address it came to.

    `number` is ours, of the attempt or refund it is about; `request_id` that of the delivery.
    """

    id: UUID
    payee: Payee
    notice_id: str
    event: str
    body: bytes
    number: str | None = None
    request_id: str | None = None

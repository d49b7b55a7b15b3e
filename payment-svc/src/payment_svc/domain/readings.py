"""What a payment provider said, in our words. Channels translate into these and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PaymentStatus(StrEnum):
    PENDING = "pending"
    """Also every status we do not know."""
    SUCCEEDED = "succeeded"
    CLOSED = "closed"
    ABSENT = "absent"
    """The provider has never heard of this number."""


class RefundStatus(StrEnum):
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class PaymentReading:
    """The state of one attempt at its provider. Amounts in fen; the last five are set when SUCCEEDED."""

    number: str
    status: PaymentStatus
    transaction_id: str | None = None
    amount_cents: int = 0
    currency: str = ""
    merchant_id: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundReading:
    number: str
    status: RefundStatus
    provider_refund_id: str | None = None
    amount_cents: int = 0
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """An authentic notice. Neither `payment` nor `refund`: it is kept, and says nothing we act on.

    `needs_query`: money it tells of is booked only once the provider, asked by us, says the same; for a weak
    signature, or where nothing proves that it was sent now.
    """

    notice_id: str
    event: str
    body: bytes
    payment: PaymentReading | None = None
    refund: RefundReading | None = None
    readable: bool = True
    needs_query: bool = False

    @property
    def number(self) -> str | None:
        """Ours, of the attempt or the refund that it tells of."""
        told = self.payment or self.refund
        return told.number if told else None


class NoticeOutcome(StrEnum):
    """What a stored notice turned out to be."""

    UNMATCHED = "unmatched"
    """Its order or refund is not known (yet)."""
    UNCONFIRMED = "unconfirmed"
    """Authentic, but not proof enough for money: the provider is being asked."""
    APPLIED = "applied"
    HELD = "held"
    REFUND_DUE = "refund_due"
    REPEAT = "repeat"
    CONTRADICTION = "contradiction"
    """It says something else than what was booked for the same transaction."""
    SAYS_NOTHING = "says_nothing"
    UNREADABLE = "unreadable"


def number_of(entity_id: UUID) -> str:
    """Our number at the provider for an attempt or a refund, made once and kept for ever."""
    return entity_id.hex


def entity_id_of(number: str) -> UUID | None:
    """The attempt or refund behind a number at the provider; None when we never made such a number."""
    try:
        return UUID(hex=number) if len(number) == 32 else None
    except ValueError:
        return None

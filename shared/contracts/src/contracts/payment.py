"""Events of payment-svc. Amounts are integers in fen."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from . import topics
from .events import Event
from .tallies import DayTallied


class _OrderEvent(Event):
    TOPIC: ClassVar[str] = topics.PAYMENT_ORDERS
    KEY: ClassVar[str] = "order_id"

    order_id: UUID
    case_id: UUID
    kind: Literal["fee", "postage"] = "fee"
    """What is paid: what the service costs (fines too), or the parcel."""
    amount_cents: int
    occurred_at: datetime


class OrderOpened(_OrderEvent):
    """`acted_by` opened it again for the applicant, who is named only then, by `mandate_id`; else both are null."""

    TYPE: ClassVar[str] = "payment.order.opened"
    expires_at: datetime
    applicant_id: UUID | None = None
    acted_by: UUID | None = None
    mandate_id: UUID | None = None


class OrderPaid(_OrderEvent):
    """One applied capture; at most one per order, whatever notices arrive. `occurred_at`: when it was booked.

    Told once more, with the same facts, where the case turns out not to have heard of it: know it by `order_id`.
    `acted_by`: the account that was last given the link to pay at, by `mandate_id`, where it was not the applicant, who
    is named only then.
    """

    TYPE: ClassVar[str] = "payment.order.paid"
    channel: str
    paid_at: datetime
    applicant_id: UUID | None = None
    acted_by: UUID | None = None
    mandate_id: UUID | None = None


class OrderExpired(_OrderEvent):
    """Closed at the provider first, then here; the applicant may open another."""

    TYPE: ClassVar[str] = "payment.order.expired"


class OrderCancelled(_OrderEvent):
    """Closed before any money came: the case was withdrawn or closed, or nothing is to be sent any more."""

    TYPE: ClassVar[str] = "payment.order.cancelled"


class RefundRequested(_OrderEvent):
    TYPE: ClassVar[str] = "payment.refund.requested"
    refund_id: UUID
    reason: str


class RefundSucceeded(_OrderEvent):
    TYPE: ClassVar[str] = "payment.refund.succeeded"
    refund_id: UUID


class ReceiptIssued(Event):
    """The fiscal platform numbered a receipt: `blue` for the money that paid an order, `red` for money given back.

    One blue receipt an order, one red receipt a refund of what paid it.
    """

    TYPE: ClassVar[str] = "payment.receipt.issued"
    TOPIC: ClassVar[str] = topics.PAYMENT_RECEIPTS
    KEY: ClassVar[str] = "receipt_id"

    receipt_id: UUID
    order_id: UUID
    case_id: UUID
    kind: Literal["blue", "red"]
    amount_cents: int
    issued_at: datetime


class PaymentDayTallied(DayTallied):
    """`payment.paid`: paid orders whose case wants them, by when the money was booked; like `case.paid`.

    `payment.booked`, `payment.applied`: every order that was ever paid, and the ledger's entries that say so.
    """

    TYPE: ClassVar[str] = "payment.day.tallied"
    TOPIC: ClassVar[str] = topics.PAYMENT_DAYS

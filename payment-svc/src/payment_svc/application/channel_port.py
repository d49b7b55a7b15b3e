"""What a payment provider must be able to do. Small on purpose: every channel does all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from ..domain.readings import Notice, PaymentReading, RefundReading


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """`number` is the attempt's; asking again with it never makes a second payment."""

    number: str
    amount_cents: int
    description: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`number` is the refund's: asking again with it refunds once. `total_cents`: the whole capture."""

    number: str
    payment_number: str
    transaction_id: str
    amount_cents: int
    total_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class PayLink:
    """Where the payer pays; `pay_url` None when the number was paid or closed already: query it."""

    pay_url: str | None


class Closing(Enum):
    CLOSED = "closed"
    PAID = "paid"
    """Money came first: query it."""
    BUSY = "busy"
    """The payer is paying at this moment: ask again in a while."""


class NoticeRefused(Exception):
    """The notice cannot be verified. `cause` is for the log and the metric, never for the sender."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class PaymentChannel(Protocol):
    """Stateless translator between us and one provider.

    Calls raise ChannelDown when what the provider did is unknown (ask again by query, with the same number)
    and ChannelRefused when it verifiably will not.
    """

    name: str
    merchant_id: str

    async def create(self, request: PaymentRequest) -> PayLink: ...

    async def query(self, number: str) -> PaymentReading: ...

    async def close(self, number: str) -> Closing: ...

    async def refund(self, request: RefundRequest) -> RefundReading: ...

    async def query_refund(self, number: str) -> RefundReading: ...

    def verify_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """The notice in our words, proven over the raw bytes; raises NoticeRefused."""
        ...

    def read_notice(self, body: bytes) -> Notice:
        """The notice in the bytes of one that was verified when it came."""
        ...


Channels = Mapping[str, PaymentChannel]

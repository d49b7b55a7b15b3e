"""An order as the use cases hold it, locked, while they decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.payment import OrderOpened

from .payees import PAYEE_OF, Kind, Payee
from .transitions import Action, Edge, State, move

FROM_ISSUING_SYSTEM: Final = "issuing_system"


class AttemptState(StrEnum):
    RESERVED = "reserved"
    """Its number is ours and committed; the provider may or may not know it yet."""
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"


QUERY_AFTER: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
)
"""When to ask the provider if no notice comes, from the attempt on; before closing it is asked anyway."""


@dataclass(frozen=True, slots=True)
class ActedBy:
    """The account that did something for the applicant, and the mandate that allowed it."""

    account_id: UUID
    mandate_id: UUID

    @classmethod
    def of(cls, account_id: UUID | None, mandate_id: UUID | None) -> "ActedBy | None":
        """As two columns hold it; None where the applicant did it."""
        return cls(account_id, mandate_id) if account_id is not None and mandate_id is not None else None


def facts_of(by: ActedBy | None) -> dict[str, UUID | None]:
    """What events say of it."""
    return {"acted_by": by.account_id if by else None, "mandate_id": by.mandate_id if by else None}


@dataclass(frozen=True, slots=True)
class Debt:
    """What a case owes, as its request said. `amount_cents` None: the issuing system knows."""

    case_id: UUID
    kind: Kind
    case_no: str
    item_code: str
    applicant_id: UUID
    unit: str
    department: str
    purpose: str
    amount_source: str
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Order:
    """The locked row. `version` rises with every move; events carry it."""

    id: UUID
    case_id: UUID
    kind: Kind
    applicant_id: UUID
    purpose: str
    state: State
    version: int
    amount_cents: int | None
    amount_source: str
    expires_at: datetime | None
    by: ActedBy | None = None
    """Who opened it again for the applicant."""

    def take(self, action: Action) -> Edge:
        """The edge `action` takes from here; raises IllegalMove."""
        return move(self.state, action)

    @property
    def payee(self) -> Payee:
        return PAYEE_OF[self.kind]

    @property
    def is_priced_by_issuer(self) -> bool:
        return self.amount_source == FROM_ISSUING_SYSTEM


def payer_facts(order: Order, by: ActedBy | None) -> dict[str, UUID | None]:
    """What is told of who paid; the applicant is named only where another did."""
    return {"applicant_id": order.applicant_id if by else None, **facts_of(by)}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay an order through one channel in one scene. Its id is its number at the provider, for ever.

    `link` is what the channel makes the payer's way from. `by` was last given it, for the applicant; None: the
    applicant was.
    """

    id: UUID
    order_id: UUID
    channel: str
    scene: str
    payee: Payee
    state: AttemptState
    link: str | None
    by: ActedBy | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A new order: `open` with an amount, or `pricing` until the issuing system names it."""

    id: UUID
    state: State
    amount_cents: int | None
    at: datetime
    expires_at: datetime | None
    by: ActedBy | None = None

    @classmethod
    def now_payable(
        cls, order_id: UUID, amount_cents: int, at: datetime, ttl: timedelta, by: ActedBy | None = None
    ) -> "Opened":
        return cls(order_id, State.OPEN, amount_cents, at, at + ttl, by)

    @classmethod
    def to_be_priced(cls, order_id: UUID, at: datetime, by: ActedBy | None = None) -> "Opened":
        return cls(order_id, State.PRICING, None, at, None, by)

    def event(self, case_id: UUID, kind: Kind, applicant_id: UUID) -> OrderOpened:
        """What is told when it is payable."""
        assert self.amount_cents is not None and self.expires_at is not None
        return OrderOpened(
            order_id=self.id,
            case_id=case_id,
            kind=kind,
            amount_cents=self.amount_cents,
            occurred_at=self.at,
            expires_at=self.expires_at,
            applicant_id=applicant_id if self.by else None,
            **facts_of(self.by),
        )

"""A delivery as its sender's engineers are shown it: what became of it, why, and what to do. Never what it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, Field

from ..db.uow import UnitOfWork


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    """Kept, and done with."""
    WAITING = "waiting"
    """Kept; something of ours or of the partner's is still to come."""
    HELD = "held"
    """Kept, and does not fit what we know: a person looks."""
    UNREADABLE = "unreadable"
    """Kept: it is authentic, but not of the agreed form."""
    REFUSED = "refused"
    """Not kept: nothing proves that it is the partner's."""


class Delivery(BaseModel):
    """`reason` is a code, `zh` and `en` say it in words, with what the sender should do.

    `copies`: how often it came in all; of what was refused, how many could no longer be told apart. `sha256` and `size`
    are of the bytes as they are kept, or were refused; null where they are not known any more.
    """

    id: UUID
    at: datetime
    last_at: datetime
    copies: int
    verdict: Verdict
    reason: str
    zh: str
    en: str
    door: str | None = Field(None, description="哪个接收地址 · which of the partner's addresses here")
    event: str | None = None
    number: str | None = Field(
        None, description="我方单号 · our number", examples=["01a2232e42ab7757a487253"]
    )
    size: int | None = None
    sha256: str | None = None
    request_id: str | None = None
    can_redrive: bool = False


class Redriven(BaseModel):
    """What applying it once more made of it; `changed`: whether that is something else than before."""

    changed: bool
    delivery: Delivery


class CallsView(BaseModel):
    """Our calls to the partner, as the one process that answers has counted them since its start."""

    since: datetime
    done: int
    refused: int
    unknown: int
    mean_ms: float | None
    last_done_at: datetime | None
    last_unknown_at: datetime | None
    last_cause: str | None


class Health(BaseModel):
    """`waiting`: deliveries that something is still to come for, `oldest_waiting_at` the first of them.

    `next_try_at`: when we ask the partner next by ourselves; `tries` how many such questions are planned.
    """

    partner: str
    last_at: datetime | None
    last_accepted_at: datetime | None
    refused_last_hour: int
    refused_last_day: int
    waiting: int
    oldest_waiting_at: datetime | None
    held: int
    tries: int
    next_try_at: datetime | None
    calls: CallsView | None

    @classmethod
    def of(
        cls, partner: str, stands: "Standing", refused: "RefusedCounts", calls: CallsView | None
    ) -> "Health":
        return cls(
            partner=partner,
            last_at=max((at for at in (stands.last_at, refused.last_at) if at is not None), default=None),
            last_accepted_at=stands.accepted_at,
            refused_last_hour=refused.hour,
            refused_last_day=refused.day,
            waiting=stands.waiting,
            oldest_waiting_at=stands.oldest_at,
            held=stands.held,
            tries=stands.tries,
            next_try_at=stands.next_try_at,
            calls=calls,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a service's own table says of a partner's deliveries.

    `tries`, `next_try_at`: what the partner will be asked about by ourselves.
    """

    last_at: datetime | None
    accepted_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    held: int
    tries: int
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deliveries: those before the id `before`, not older than `since`, newest first."""

    before: UUID
    floor: UUID
    verdict: Verdict | None
    number: str | None
    limit: int


class PartnerDesk(Protocol):
    """What a service that partners deliver to tells them. Everything is of `partner` alone."""

    def serves(self, partner: str) -> bool: ...

    async def kept(self, uow: UnitOfWork, partner: str, asked: Asked) -> Sequence[Delivery]:
        """Those that were kept, newest first."""

    async def one(self, uow: UnitOfWork, partner: str, delivery_id: UUID) -> Delivery | None: ...

    async def redrive(self, uow: UnitOfWork, partner: str, delivery_id: UUID) -> UUID | None:
        """Applies a kept delivery once more; its id, where it is something else now."""

    def refused_in_words(self, partner: str, cause: str) -> tuple[str, str]: ...

    async def standing(self, uow: UnitOfWork, partner: str) -> Standing: ...

    def calls(self, partner: str) -> CallsView | None:
        """Our calls to it, as this process has counted them."""


@dataclass(frozen=True, slots=True)
class RefusedCounts:
    last_at: datetime | None
    hour: int
    day: int

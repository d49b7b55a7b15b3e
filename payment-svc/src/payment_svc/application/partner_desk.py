"""What a provider's engineers see of its notices here, and what they may do: apply a kept one once more."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.partners import Asked, Delivery, Standing
from chassis.partners.deliveries import CallsView

from ..domain.money_records import NoticeRow
from ..domain.payees import Payee
from ..domain.readings import NoticeOutcome
from .channel_port import Channels
from .partner_words import OUTCOMES, refused_in_words
from .receive_notice import ReceiveNotice


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A kept notice; what it says, `body`, is shown to nobody."""

    id: UUID
    payee: Payee
    notice_id: str
    event: str
    number: str | None
    received_at: datetime
    last_at: datetime | None
    copies: int
    outcome: NoticeOutcome
    request_id: str | None
    body: bytes


class KeptNotices(Protocol):
    async def page(
        self, uow: UnitOfWork, channel: str, asked: Asked, outcomes: Sequence[NoticeOutcome]
    ) -> Sequence[KeptNotice]: ...
    async def one(self, uow: UnitOfWork, channel: str, notice: UUID) -> KeptNotice | None: ...
    async def standing(self, uow: UnitOfWork, channel: str) -> Standing: ...


class NoticesDesk:
    """Implements `chassis.partners.PartnerDesk`: a partner is a channel."""

    def __init__(self, channels: Channels, receive: ReceiveNotice, notices: KeptNotices) -> None:
        self._channels = channels
        self._receive = receive
        self._notices = notices

    def serves(self, partner: str) -> bool:
        return self._channels.has(partner)

    async def kept(self, uow: UnitOfWork, partner: str, asked: Asked) -> Sequence[Delivery]:
        outcomes = [
            outcome for outcome, (verdict, *_) in OUTCOMES.items() if asked.verdict in (None, verdict)
        ]
        return [_shown(one) for one in await self._notices.page(uow, partner, asked, outcomes)]

    async def one(self, uow: UnitOfWork, partner: str, delivery_id: UUID) -> Delivery | None:
        found = await self._notices.one(uow, partner, delivery_id)
        return _shown(found) if found else None

    async def redrive(self, uow: UnitOfWork, partner: str, delivery_id: UUID) -> UUID | None:
        found = await self._notices.one(uow, partner, delivery_id)
        assert found is not None, "the route has looked"
        channel = self._channels.of(partner, found.payee)
        row = NoticeRow(found.id, found.payee, found.notice_id, found.event, found.body)
        await self._receive.again(channel, channel.read_kept(found.body), row, uow)
        after = await self._notices.one(uow, partner, delivery_id)
        return found.id if after is not None and after.outcome is not found.outcome else None

    def refused_in_words(self, partner: str, cause: str) -> tuple[str, str]:
        return refused_in_words(cause)

    async def standing(self, uow: UnitOfWork, partner: str) -> Standing:
        return await self._notices.standing(uow, partner)

    def calls(self, partner: str) -> CallsView | None:
        counted = self._channels.calls.get(partner)
        return counted.view() if counted else None


def _shown(one: KeptNotice) -> Delivery:
    verdict, zh, en = OUTCOMES[one.outcome]
    return Delivery(
        id=one.id,
        at=one.received_at,
        last_at=one.last_at or one.received_at,
        copies=one.copies,
        verdict=verdict,
        reason=one.outcome.value,
        zh=zh,
        en=en,
        door=one.payee.value,
        event=one.event,
        number=one.number,
        size=len(one.body),
        sha256=hashlib.sha256(one.body).hexdigest(),
        request_id=one.request_id,
        can_redrive=True,
    )

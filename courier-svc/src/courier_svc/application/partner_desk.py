"""What a courier's engineers see of its pushes here, and what they may do: have a kept one heard again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.partners import Asked, Delivery, Standing
from chassis.partners.deliveries import CallsView

from courier_svc.domain.tracking import Verdict

from .desk import ASK_NOW, Desk
from .hear_report import hear_push
from .partner_words import REFUSALS, UNKNOWN_REFUSAL, VERDICTS
from .ports import PushUnreadable


@dataclass(frozen=True, slots=True)
class Pushed:
    """A scan that was pushed, once or more. `body` is None once it was purged, and shown to nobody."""

    id: UUID
    order_no: str
    code: str
    pushed_at: datetime
    last_pushed_at: datetime | None
    verdict: str
    request_id: str | None
    shipment_id: UUID | None
    copies: int
    body: bytes | None


class PushedScans(Protocol):
    async def page(
        self, uow: UnitOfWork, courier: str, asked: Asked, verdicts: Sequence[str]
    ) -> Sequence[Pushed]: ...
    async def one(self, uow: UnitOfWork, courier: str, scan: UUID) -> Pushed | None: ...
    async def take(self, uow: UnitOfWork, scan: UUID) -> bool: ...
    async def id_of(self, uow: UnitOfWork, courier: str, event_id: str) -> UUID | None: ...
    async def is_ours(self, uow: UnitOfWork, courier: str, order_no: str, waybill_no: str | None) -> bool: ...
    async def standing(self, uow: UnitOfWork, courier: str, asks: str) -> Standing: ...


class PushesDesk:
    """Implements `chassis.partners.PartnerDesk`: a partner is a courier."""

    def __init__(self, desk: Desk, scans: PushedScans) -> None:
        self._desk = desk
        self._scans = scans

    def serves(self, partner: str) -> bool:
        return partner in self._desk.carriers.by_name

    async def kept(self, uow: UnitOfWork, partner: str, asked: Asked) -> Sequence[Delivery]:
        verdicts = [one.value for one, (shown, *_) in VERDICTS.items() if asked.verdict in (None, shown)]
        return [_shown(one) for one in await self._scans.page(uow, partner, asked, verdicts)]

    async def one(self, uow: UnitOfWork, partner: str, delivery_id: UUID) -> Delivery | None:
        found = await self._scans.one(uow, partner, delivery_id)
        return _shown(found) if found else None

    async def redrive(self, uow: UnitOfWork, partner: str, delivery_id: UUID) -> UUID | None:
        """What waits or contradicts is asked of the courier's books; what was held is heard if it is ours by now."""
        found = await self._scans.one(uow, partner, delivery_id)
        assert found is not None, "the route has looked"
        if found.verdict in (Verdict.HELD, Verdict.UNREADABLE):
            return await self._hear_again(uow, partner, found, found.body) if found.body else None
        if (
            found.verdict in (Verdict.HINT, Verdict.UNCONFIRMED, Verdict.CONTRADICTION)
            and found.shipment_id is not None
        ):
            uow.enqueue(ASK_NOW, str(found.shipment_id))
        return None

    async def _hear_again(self, uow: UnitOfWork, partner: str, found: Pushed, body: bytes) -> UUID | None:
        try:
            report = self._desk.carriers.named(partner).door.read(body)
        except PushUnreadable:
            return None
        if not await self._scans.is_ours(uow, partner, report.order_no, report.waybill_no):
            return None
        if not await self._scans.take(uow, found.id):
            return None
        await hear_push(self._desk, uow, report, lock=True)
        return await self._scans.id_of(uow, partner, report.event_id)

    def refused_in_words(self, partner: str, cause: str) -> tuple[str, str]:
        return REFUSALS.get(cause, UNKNOWN_REFUSAL)

    async def standing(self, uow: UnitOfWork, partner: str) -> Standing:
        return await self._scans.standing(uow, partner, ASK_NOW)

    def calls(self, partner: str) -> CallsView | None:
        counted = self._desk.carriers.named(partner).counted
        return counted.view() if counted else None


def _shown(one: Pushed) -> Delivery:
    verdict, zh, en = VERDICTS[Verdict(one.verdict)]
    return Delivery(
        id=one.id,
        at=one.pushed_at,
        last_at=one.last_pushed_at or one.pushed_at,
        copies=one.copies,
        verdict=verdict,
        reason=one.verdict,
        zh=zh,
        en=en,
        door="push",
        event=one.code or None,
        number=one.order_no or None,
        size=len(one.body) if one.body is not None else None,
        sha256=hashlib.sha256(one.body).hexdigest() if one.body is not None else None,
        request_id=one.request_id,
        can_redrive=one.verdict not in (Verdict.APPLIED, Verdict.RECORDED),
    )

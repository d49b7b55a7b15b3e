"""Short messages about mandates: a job each, which finds the phone when it runs."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from ...domain.limits import Allowance, Limit
from ..ports import KeyedHash, Messages, NoticeSender, SmsRefused, Throttle
from .ports import Mandates, People
from .tell import OFFERED_SMS

SEND_NOTICE: Final = "identity.send_notice"
_ONCE_A_DAY: Final = Limit(1, timedelta(days=1))

log = structlog.get_logger(__name__)


class JobNotices:
    """`Notices` by jobs: no request waits for the operator, and no phone stands in a job."""

    def to_offered(self, uow: UnitOfWork, mandate_id: UUID) -> None:
        uow.enqueue(SEND_NOTICE, f"{mandate_id} {OFFERED_SMS}", {"mandate_id": str(mandate_id)})

    def to_account(self, uow: UnitOfWork, account_id: UUID, mandate_id: UUID, template: str) -> None:
        uow.enqueue(SEND_NOTICE, f"{mandate_id} {template}", {"account_id": str(account_id)})


class SendNotice:
    """A crash after sending sends again; the operator recognises the id and does nothing.

    `offers`: how many offers, whoever made them, a phone is told of one by one; of what goes beyond, its holder is told
    once a day. Counted here and not where it is offered: givers learn nothing of one another.
    """

    def __init__(
        self,
        mandates: Mandates,
        people: People,
        messages: Messages,
        sms: NoticeSender,
        throttle: Throttle,
        keyed_hash: KeyedHash,
        offers: Limit,
    ) -> None:
        self._mandates = mandates
        self._people = people
        self._messages = messages
        self._sms = sms
        self._throttle = throttle
        self._hash = keyed_hash
        self._offers = offers

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            phone = await self._phone(uow, job.payload)
            is_offer = phone is not None and "mandate_id" in job.payload
            if is_offer and not await self._has_room(uow, f"mandate-offers:{phone}", self._offers):
                await self._tell_of_many(uow, str(phone))
                await job.done(uow)
                return
        if phone is not None:
            try:
                await self._sms.notify(phone, job.key.partition(" ")[2], job.key)
            except SmsRefused as refusal:
                log.warning("notice_refused_by_operator", notice=job.key, cause=str(refusal))
        async with begin() as uow:
            if is_offer:
                await self._tell_holder(uow, str(phone), job.payload["mandate_id"])
            await job.done(uow)

    async def _tell_holder(self, uow: UnitOfWork, phone: str, mandate_id: str) -> None:
        """Here and not where it was offered: that answers alike, and as fast, whether the phone has an account."""
        holder = await self._people.by_phone(uow, phone)
        if holder is not None:
            await self._messages.tell(uow, holder, "mandate_offered_to_you", {"mandate_id": mandate_id})

    async def _tell_of_many(self, uow: UnitOfWork, phone: str) -> None:
        holder = await self._people.by_phone(uow, phone)
        if holder is not None and await self._has_room(uow, f"mandate-offers-many:{phone}", _ONCE_A_DAY):
            await self._messages.tell(uow, holder, "mandates_offered_by_many", {})

    async def _has_room(self, uow: UnitOfWork, key: str, limit: Limit) -> bool:
        """Counts one, unless that is one too many."""
        allowance = Allowance(self._hash(key), limit)
        if await self._throttle.take(uow, [allowance]) is None:
            return True
        await self._throttle.give_back(uow, [allowance])
        return False

    async def _phone(self, uow: UnitOfWork, payload: dict[str, str]) -> str | None:
        """None where there is none, or none any more: an offer that was answered meanwhile."""
        if "mandate_id" in payload:
            offer = await self._mandates.offer_of(uow, UUID(payload["mandate_id"]))
            return offer.phone if offer else None
        account = await self._people.by_id(uow, UUID(payload["account_id"]))
        return account.personal.phone if account else None

"""Short messages about mandates: a job each, which finds the phone when it runs."""

from typing import Final
from uuid import UUID

import structlog
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from ..ports import Messages, NoticeSender, SmsRefused
from .ports import Mandates, People
from .tell import OFFERED_SMS

SEND_NOTICE: Final = "identity.send_notice"

log = structlog.get_logger(__name__)


class JobNotices:
    """`Notices` by jobs: no request waits for the operator, and no phone stands in a job."""

    def to_offered(self, uow: UnitOfWork, mandate_id: UUID) -> None:
        uow.enqueue(SEND_NOTICE, f"{mandate_id} {OFFERED_SMS}", {"mandate_id": str(mandate_id)})

    def to_account(self, uow: UnitOfWork, account_id: UUID, mandate_id: UUID, template: str) -> None:
        uow.enqueue(SEND_NOTICE, f"{mandate_id} {template}", {"account_id": str(account_id)})


class SendNotice:
    """A crash after sending sends again; the operator recognises the id and does nothing."""

    def __init__(self, mandates: Mandates, people: People, messages: Messages, sms: NoticeSender) -> None:
        self._mandates = mandates
        self._people = people
        self._messages = messages
        self._sms = sms

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            phone = await self._phone(uow, job.payload)
        if phone is not None:
            try:
                await self._sms.notify(phone, job.key.partition(" ")[2], job.key)
            except SmsRefused as refusal:
                log.warning("notice_refused_by_operator", notice=job.key, cause=str(refusal))
        async with begin() as uow:
            if phone is not None and "mandate_id" in job.payload:
                await self._tell_holder(uow, phone, job.payload["mandate_id"])
            await job.done(uow)

    async def _tell_holder(self, uow: UnitOfWork, phone: str, mandate_id: str) -> None:
        """Here and not where it was offered: that answers alike, and as fast, whether the phone has an account."""
        holder = await self._people.by_phone(uow, phone)
        if holder is not None:
            await self._messages.tell(uow, holder, "mandate_offered_to_you", {"mandate_id": mandate_id})

    async def _phone(self, uow: UnitOfWork, payload: dict[str, str]) -> str | None:
        """None where there is none, or none any more: an offer that was answered meanwhile."""
        if "mandate_id" in payload:
            offer = await self._mandates.offer_of(uow, UUID(payload["mandate_id"]))
            return offer.phone if offer else None
        account = await self._people.by_id(uow, UUID(payload["account_id"]))
        return account.personal.phone if account else None

"""Asking for the end of one's account, and thinking better of it."""

import asyncio
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin
from chassis.people import Blocker, Outcome

from ...domain.errors import TooManyAttempts
from ...domain.limits import Allowance, Limit
from ...domain.people.erasure import Erasure, ErasureState
from ...domain.people.errors import (
    ErasureBegun,
    ErasureBlocked,
    ErasureNotFound,
    ErasureUnderWay,
    PartsSilent,
)
from ..mandates.ports import Notices
from ..ports import KeyedHash, Messages, Throttle
from .ask_parts import AskParts
from .ports import Erasures, PartMissing

ERASE: Final = "identity.erase_account"
REQUESTED_SMS: Final = "erasure_requested"
_RECEIPT_BYTES: Final = 24
_PREVIEWS: Final = Limit(10, timedelta(minutes=6))
"""By one account. Each does all the work of an erasure, in every service, and undoes it."""
_REQUESTS: Final = Limit(5, timedelta(hours=12))
"""By one account: each is told by a short message, which costs, and may be cancelled at once."""


class RequestErasure:
    def __init__(
        self,
        begin: Begin,
        erasures: Erasures,
        parts: AskParts,
        messages: Messages,
        notices: Notices,
        cooling_off: timedelta,
        throttle: Throttle,
        keyed_hash: KeyedHash,
    ) -> None:
        self._begin = begin
        self._erasures = erasures
        self._parts = parts
        self._messages = messages
        self._notices = notices
        self._cooling_off = cooling_off
        self._throttle = throttle
        self._hash = keyed_hash

    async def __call__(self, account_id: UUID) -> tuple[Erasure, str]:
        """The request, and the receipt that opens its report without a log-in: nobody can be told it again.

        Raises ErasureBlocked, ErasureUnderWay, PartsSilent, TooManyAttempts.
        """
        blockers, report = await self.preview(account_id)
        if blockers:
            raise ErasureBlocked(blockers)
        moment, receipt = now(), secrets.token_urlsafe(_RECEIPT_BYTES)
        async with self._begin() as uow:
            await self._count(uow, Allowance(self._hash(f"erasure-request:{account_id}"), _REQUESTS))
            erasure = Erasure(
                id=uuid7(), account_id=account_id, also=await self._erasures.taken_over(uow, account_id),
                state=ErasureState.WAITING, requested_at=moment, due_at=moment + self._cooling_off, report=report,
            )  # fmt: skip
            if not await self._erasures.add(uow, erasure, receipt):
                raise ErasureUnderWay
            uow.enqueue(ERASE, str(erasure.id), run_at=erasure.due_at)
            uow.audit("person.erasure_request", actor=str(account_id), subject=str(account_id))
            facts = {"days": self._cooling_off.days}
            await self._messages.tell(uow, account_id, "erasure_requested", facts)
            self._notices.to_account(uow, account_id, erasure.id, REQUESTED_SMS)
        return erasure, receipt

    async def preview(self, account_id: UUID) -> tuple[list[Blocker], dict[str, list[Outcome]]]:
        """What stands in the way, and what would become of all. Raises PartsSilent, TooManyAttempts."""
        allowance = Allowance(self._hash(f"erasure-preview:{account_id}"), _PREVIEWS)
        async with self._begin() as uow:
            await self._count(uow, allowance)
            accounts = [account_id, *await self._erasures.taken_over(uow, account_id)]
        try:
            blockers, report = await asyncio.gather(
                self._parts.blockers(accounts), self._parts.preview(accounts)
            )
        except PartMissing as error:
            raise PartsSilent from error
        return blockers, report

    async def _count(self, uow: UnitOfWork, allowance: Allowance) -> None:
        if used := await self._throttle.take(uow, [allowance]):
            raise TooManyAttempts(used.wait)

    async def cancel(self, account_id: UUID) -> Erasure:
        """Raises ErasureNotFound, ErasureBegun. Whoever is first, this or the job, has it."""
        async with self._begin() as uow:
            latest = await self._erasures.latest(uow, account_id)
            erasure = await self._erasures.locked(uow, latest.id) if latest else None
            if erasure is None:
                raise ErasureNotFound
            if erasure.state is not ErasureState.WAITING:
                raise ErasureBegun
            erasure.state, erasure.ended_at = ErasureState.CANCELLED, now()
            await self._erasures.update(uow, erasure)
            uow.cancel_job(ERASE, str(erasure.id))
            uow.audit("person.erasure_cancel", actor=str(account_id), subject=str(account_id))
            await self._messages.tell(uow, account_id, "erasure_cancelled", {})
        return erasure

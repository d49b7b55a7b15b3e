"""The job that ends an account: closed, then erased here, then reported by everybody. A commit each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from chassis.people import Blocker
from contracts.identity import AccountErased

from ...domain.mandates.mandate import Action, Side, State
from ...domain.people.erasure import Erasure, ErasureState
from ..mandates.answer import AnswerMandate
from ..mandates.ports import Mandates, Notices
from ..oidc.tell_clients import TELL_CLIENT
from ..ports import Messages
from ..revoke_access import RevokeAccess, remembered
from .ask_parts import AskParts
from .ports import Erasures, PartMissing

BEGUN_SMS: Final = "erasure_begun"
STOPPED_SMS: Final = "erasure_stopped"
_ASK_AGAIN: Final = timedelta(minutes=5)
_REPORT_AGAIN: Final = timedelta(seconds=30)


class EraseAccount:
    """Repeats and kills change nothing: a step looks at the locked row first, and commits with the job's next run."""

    def __init__(
        self,
        erasures: Erasures,
        parts: AskParts,
        mandates: Mandates,
        answer: AnswerMandate,
        messages: Messages,
        notices: Notices,
        revoke_access: RevokeAccess,
        token_lifetime: timedelta,
        own: str,
    ) -> None:
        self._erasures = erasures
        self._parts = parts
        self._mandates = mandates
        self._answer = answer
        self._messages = messages
        self._notices = notices
        self._revoke_access = revoke_access
        self._tokens_run_out = remembered(token_lifetime)
        self._own = own

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            erasure = await self._erasures.get(uow, UUID(job.key))
        if erasure is None or erasure.state in _OVER:
            async with begin() as uow:
                await job.done(uow)
        elif erasure.state is ErasureState.ERASING:
            await self._collect(job, begin, erasure)
        else:
            await self._check(job, begin, erasure)

    async def _check(self, job: Job, begin: Begin, erasure: Erasure) -> None:
        try:
            blockers = await self._parts.blockers(erasure.accounts)
        except PartMissing:
            async with begin() as uow:
                await job.again(uow, now() + _ASK_AGAIN)
            return
        async with begin() as uow:
            locked = await self._erasures.locked(uow, erasure.id)
            if locked is None or locked.state is not erasure.state:  # cancelled in the meantime
                await job.again(uow, now())
            elif blockers:
                await self._stop(uow, locked, blockers)
                await job.done(uow)
            elif locked.state is ErasureState.WAITING:
                await self._close(uow, locked)
                await job.again(uow, now() + self._tokens_run_out)
            # Under a lock: of two guardians who go at once one stays.
            elif dependents := await self._erasures.dependents(uow, locked.accounts):
                await self._stop(uow, locked, dependents)
                await job.done(uow)
            else:
                await self._go_on(job, uow, locked)

    async def _close(self, uow: UnitOfWork, erasure: Erasure) -> None:
        """Nobody logs in or acts any more, and what tokens there are run out before anything is erased."""
        erasure.state = ErasureState.CLOSING
        erasure.also = await self._erasures.taken_over(uow, erasure.account_id)
        await self._erasures.close(uow, erasure.accounts)
        await self._revoke_access.sessions_of(uow, erasure.account_id, "erasure")
        await self._erasures.update(uow, erasure)
        self._notices.to_account(uow, erasure.account_id, erasure.id, BEGUN_SMS)
        uow.audit("person.erasure_begin", actor="platform", subject=str(erasure.account_id))

    async def _stop(self, uow: UnitOfWork, erasure: Erasure, blockers: Sequence[Blocker]) -> None:
        erasure.state, erasure.ended_at = ErasureState.STOPPED, now()
        await self._erasures.reopen(uow, erasure.accounts)
        await self._erasures.update(uow, erasure)
        await self._messages.tell(uow, erasure.account_id, "erasure_stopped", {"count": len(blockers)})
        self._notices.to_account(uow, erasure.account_id, erasure.id, STOPPED_SMS)
        facts = {"blockers": sorted({blocker.code for blocker in blockers})}
        uow.audit("person.erasure_stop", actor="platform", subject=str(erasure.account_id), facts=facts)

    async def _go_on(self, job: Job, uow: UnitOfWork, erasure: Erasure) -> None:
        late = set(await self._erasures.taken_over(uow, erasure.account_id)) - set(erasure.also)
        if late:
            # With one of the last tokens: asked about and closed like the others, before anything is erased.
            erasure.also += late
            await self._erasures.close(uow, erasure.accounts)
            await self._erasures.update(uow, erasure)
        if await self._revoke_access.sessions_of(uow, erasure.account_id, "erasure") or late:
            # A log-in had begun before the account was closed, and ended after: its token runs out first.
            await job.again(uow, now() + self._tokens_run_out)
            return
        if await self._erasures.is_telling(uow, erasure.accounts, TELL_CLIENT):
            # A department's system has not heard of the log-out; afterwards nobody would know whose it was. For a day.
            await job.again(uow, now() + _ASK_AGAIN)
            return
        await self._erase(uow, erasure)
        await job.again(uow, now())

    async def _erase(self, uow: UnitOfWork, erasure: Erasure) -> None:
        await self._end_mandates(uow, erasure)
        erasure.state, erasure.report = ErasureState.ERASING, {self._own: []}
        for account_id in erasure.accounts:
            version, outcomes = await self._erasures.erase(uow, account_id)
            if not version:
                continue
            erasure.report[self._own] += outcomes
            uow.emit(AccountErased(account_id=account_id, erased_at=now()), version=version)
            uow.audit("person.erase", actor="platform", subject=str(account_id))
        await self._erasures.update(uow, erasure)

    async def _end_mandates(self, uow: UnitOfWork, erasure: Erasure) -> None:
        """Both sides are told; what its own side was told goes with the rest."""
        for mandate_id in await self._erasures.open_mandates(uow, erasure.accounts):
            mandate = await self._mandates.locked(uow, mandate_id)
            if mandate is not None and mandate.state in (State.OFFERED, State.ACTIVE):
                action = Action.REVOKE if mandate.state is State.ACTIVE else Action.EXPIRE
                await self._answer.end(uow, mandate, action, Side.CLOCK, erasure.account_id)

    async def _collect(self, job: Job, begin: Begin, erasure: Erasure) -> None:
        waiting = False
        for name in self._parts.others:
            if name in erasure.report:
                continue
            try:
                lines = await self._parts.done(name, erasure.accounts)
            except PartMissing:
                lines = None
            if lines is None:
                waiting = True
            else:
                erasure.report[name] = lines
        async with begin() as uow:
            if not waiting:
                erasure.state, erasure.ended_at = ErasureState.DONE, now()
                for account_id in erasure.accounts:  # what was being written while it was erased
                    await self._erasures.erase(uow, account_id)
            await self._erasures.update(uow, erasure)
            await (job.again(uow, now() + _REPORT_AGAIN) if waiting else job.done(uow))


_OVER: Final = frozenset({ErasureState.DONE, ErasureState.CANCELLED, ErasureState.STOPPED})

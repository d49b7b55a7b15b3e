"""The job that ends a mandate, or an offer that nobody answered, when its time is over."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.jobs import Begin, Job

from ...domain.mandates.mandate import Action, Side, State, settle
from ..ports import Messages
from ..revoke_access import RevokeAccess
from .ports import Mandates
from .tell import tell_both

EXPIRE_MANDATE: Final = "identity.expire_mandate"


class ExpireMandate:
    """Nobody waits for it: no acting token outlives its mandate. It makes the end known."""

    def __init__(self, mandates: Mandates, messages: Messages, revoke_access: RevokeAccess) -> None:
        self._mandates = mandates
        self._messages = messages
        self._revoke_access = revoke_access

    async def __call__(self, job: Job, begin: Begin) -> None:
        moment = now()
        async with begin() as uow:
            mandate = await self._mandates.locked(uow, UUID(job.key))
            if mandate is None or mandate.state not in (State.OFFERED, State.ACTIVE):
                await job.done(uow)
                return
            if moment < mandate.ends_at:  # accepted in the meantime
                await job.again(uow, mandate.ends_at)
                return
            state = settle(mandate.state, Action.EXPIRE, Side.CLOCK)
            if mandate.state is State.ACTIVE:
                await self._revoke_access.mandate(uow, mandate.id)
            over = replace(mandate, state=state, ended_at=moment, version=mandate.version + 1)
            await self._mandates.settled(uow, over)
            await tell_both(self._messages, uow, over)
            await job.done(uow)

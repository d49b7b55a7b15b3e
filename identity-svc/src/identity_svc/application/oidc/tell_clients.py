"""Back-channel log-out: whoever took part in a session hears of its end (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from .ports import Participations
from .sign_tokens import SignTokens

log = structlog.get_logger(__name__)

TELL_CLIENT: Final = "identity.oidc_log_out"
_TRIED_FOR: Final = timedelta(days=1)
"""By then the client's own session has ended too."""


class TellClients:
    """Enqueues in the commit that ends the session, so that no crash forgets a client."""

    def __init__(self, participations: Participations) -> None:
        self._participations = participations

    async def sessions_ended(self, uow: UnitOfWork, session_ids: Sequence[UUID]) -> None:
        self._enqueue(uow, await self._participations.of_sessions(uow, session_ids))

    async def access_withdrawn(self, uow: UnitOfWork, owner_id: UUID, client_id: str) -> None:
        """Their log-ins go on, but this client's part in them is over."""
        self._enqueue(uow, await self._participations.of_owner(uow, owner_id, client_id))

    def _enqueue(self, uow: UnitOfWork, sids: Sequence[UUID]) -> None:
        for sid in sids:
            uow.enqueue(TELL_CLIENT, str(sid), {"since": now().timestamp()})


class LogOutSender(Protocol):
    async def send(self, uri: str, logout_token: str) -> None:
        """Raises whatever went wrong; the client may or may not have heard."""


class DeliverLogOut:
    """The job. A client that hears twice is told the same: its session is over."""

    def __init__(self, participations: Participations, tokens: SignTokens, sender: LogOutSender) -> None:
        self._participations = participations
        self._tokens = tokens
        self._sender = sender

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            address = await self._participations.address(uow, UUID(job.key))
        since = datetime.fromtimestamp(job.payload["since"], UTC)
        if address is not None and now() - since < _TRIED_FOR:
            await self._sender.send(address.uri, await self._tokens.logout_token(address))
        elif address is not None:
            log.warning("client_not_told_of_log_out", client_id=address.client_id)
        async with begin() as uow:
            await job.done(uow)

"""A token to act for somebody: short, never refreshed, renewed from one's own session as long as the mandate holds."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from contracts.tokens import Actor

from ...domain.accounts import Account, Subject
from ...domain.errors import AccountNotFound, SessionEnded
from ...domain.mandates.errors import MandateNotFound, MandateOver
from ...domain.mandates.mandate import Mandate, State
from ...domain.people.errors import AccountClosed
from ...domain.sessions import Authentication
from ..mint_tokens import MintTokens
from ..ports import Sessions
from .ports import Mandates, People


@dataclass(frozen=True, slots=True)
class Acting:
    """`lifetime` of the token from now."""

    access_token: str
    lifetime: timedelta
    mandate: Mandate
    principal: Account


class Act:
    def __init__(self, mandates: Mandates, people: People, sessions: Sessions, minter: MintTokens) -> None:
        self._mandates = mandates
        self._people = people
        self._sessions = sessions
        self._minter = minter

    async def __call__(
        self, uow: UnitOfWork, by: UUID, session_id: UUID, authentication: Authentication, mandate_id: UUID
    ) -> Acting:
        """Raises MandateNotFound, MandateOver, SessionEnded, AccountClosed."""
        if not await self._sessions.is_open(uow, session_id):
            raise SessionEnded
        mandate = await self._mandates.get(uow, mandate_id)
        if mandate is None or mandate.agent_id != by:
            raise MandateNotFound
        moment = now()
        if not mandate.holds(moment):
            raise MandateOver(State.EXPIRED if mandate.state is State.ACTIVE else mandate.state)
        accounts = await self._people.many(uow, {by, mandate.principal_id})
        actor, principal = accounts.get(by), accounts.get(mandate.principal_id)
        if actor is None or principal is None:
            raise AccountNotFound
        if principal.closed:
            raise AccountClosed
        scope = mandate.scope
        subject = Subject(principal.id, is_officer=False, roles=(principal.kind.role,), ial=actor.ial)
        lifetime = min(self._minter.lifetime, mandate.expires_at - moment)
        token = await self._minter.for_actor(
            subject,
            Actor(sub=by, mandate=mandate.id, items=scope.items, departments=scope.departments),
            session_id,
            authentication,
            lifetime,
        )
        return Acting(token, lifetime, mandate, principal)

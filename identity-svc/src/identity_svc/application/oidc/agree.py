"""Consent to what a client may learn, and its withdrawal."""

from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.oidc.errors import ConsentNotFound
from .authorize import Position
from .ports import Consents, Flows, Grants
from .tell_clients import TellClients


class Agree:
    def __init__(self, consents: Consents, flows: Flows) -> None:
        self._consents = consents
        self._flows = flows

    async def __call__(self, uow: UnitOfWork, at: Position) -> None:
        if at.seat is None:
            return
        owner_id = at.seat.subject.id
        await self._consents.give(uow, owner_id, at.client.id, at.flow.asked.scopes)
        await self._flows.consent(uow, at.flow.id, owner_id)
        facts = {"client": at.client.id, "scopes": sorted(at.flow.asked.scopes)}
        uow.audit("consent.give", actor=str(owner_id), subject=str(owner_id), facts=facts)


class WithdrawConsent:
    """What the client holds stops working at once, and it is told to end what it calls a session."""

    def __init__(self, consents: Consents, grants: Grants, tell_clients: TellClients) -> None:
        self._consents = consents
        self._grants = grants
        self._tell_clients = tell_clients

    async def __call__(self, uow: UnitOfWork, owner_id: UUID, client_id: str) -> None:
        """Raises ConsentNotFound."""
        if not await self._consents.withdraw(uow, owner_id, client_id):
            raise ConsentNotFound
        await self._grants.revoke_of(uow, owner_id, client_id, "consent_withdrawn")
        await self._tell_clients.access_withdrawn(uow, owner_id, client_id)
        uow.audit("consent.withdraw", actor=str(owner_id), subject=str(owner_id), facts={"client": client_id})

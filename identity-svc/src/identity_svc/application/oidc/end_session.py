"""Logging out of everything, asked for by a client (RP-Initiated Logout 1.0) or by the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.oidc.answers import with_query
from ...domain.oidc.clients import Client
from ...domain.oidc.interaction import Seat
from ..revoke_access import RevokeAccess
from .ports import Clients, Participations
from .sign_tokens import SignTokens


@dataclass(frozen=True, slots=True)
class LogOutRequest:
    """Checked. `session_id`: the one that the client proved to take part in. `back_to`: where the browser goes.

    `astray`: it names an address that was not registered, or somebody else's token. The person may log out all the
    same, is asked first, and stays here.
    """

    client: Client | None
    session_id: UUID | None
    back_to: str | None
    astray: bool = False


class EndSession:
    def __init__(
        self,
        begin: Begin,
        clients: Clients,
        participations: Participations,
        tokens: SignTokens,
        revoke_access: RevokeAccess,
    ) -> None:
        self._begin = begin
        self._clients = clients
        self._participations = participations
        self._tokens = tokens
        self._revoke_access = revoke_access

    async def read(self, uow: UnitOfWork, sent: Mapping[str, str]) -> LogOutRequest:
        """Never raises: who wants to log out can. Nobody is sent to an address that was not registered for this."""
        hint = sent.get("id_token_hint")
        claims = await self._tokens.read_id_token(hint) if hint is not None else None
        client_id = sent.get("client_id") or (claims["aud"] if claims else None)
        client = await self._clients.by_id(uow, client_id) if client_id else None
        if claims is not None and (client is None or claims["aud"] != client.id):
            return LogOutRequest(None, None, None, astray=True)
        back_to = sent.get("post_logout_redirect_uri")
        if back_to is not None and (client is None or back_to not in client.data.post_logout_redirect_uris):
            return LogOutRequest(client, None, None, astray=True)
        session_id = None
        if claims is not None and client is not None:
            session_id = await self._participations.session_of(uow, client.id, UUID(claims["sid"]))
        return LogOutRequest(client, session_id, back_to and with_query(back_to, state=sent.get("state")))

    async def __call__(self, uow: UnitOfWork, seat: Seat) -> None:
        """Ends it for every client that took part; they are told."""
        await self._revoke_access.session(uow, seat.session_id, "logged_out")

    async def at_once(self, seat: Seat) -> None:
        """The same for a GET, which brings no transaction."""
        async with self._begin() as uow:
            await self(uow, seat)

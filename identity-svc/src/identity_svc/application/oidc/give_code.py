"""The code a client gets for somebody who is logged in and agrees."""

import secrets

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ...domain.oidc.answers import with_query
from ...domain.oidc.authorization import Asked
from ...domain.oidc.clients import Client
from ...domain.oidc.grants import CODE_LIFETIME, issue_code
from ...domain.oidc.interaction import Seat
from ...domain.sessions import SECRET_BYTES
from .browser_policy import BrowserPolicy
from .ports import Grants, Seats


class GiveCode:
    def __init__(self, grants: Grants, seats: Seats, policy: BrowserPolicy, issuer: str) -> None:
        self._grants = grants
        self._seats = seats
        self._policy = policy
        self._issuer = issuer

    async def __call__(self, uow: UnitOfWork, asked: Asked, client: Client, seat: Seat) -> str | None:
        """Where the browser goes with the code; None when the log-in ended this very moment."""
        moment = now()
        if not await self._seats.hold(uow, seat.session_id, moment + self._policy.idle_of(seat.subject)):
            return None
        grant_id, secret = uuid7(), secrets.token_bytes(SECRET_BYTES)
        await self._grants.join(uow, seat.session_id, client, seat.subject.id)
        await self._grants.give(uow, grant_id, asked, seat, asked.scopes, secret, moment + CODE_LIFETIME)
        code = issue_code(grant_id, secret)
        return with_query(asked.redirect_uri, code=code, state=asked.state, iss=self._issuer)

"""The living grant behind a token that somebody shows."""

from dataclasses import dataclass
from typing import Any

from chassis.clock import now
from chassis.db import UnitOfWork

from ...domain.oidc.clients import Scope
from ...domain.oidc.grants import Grant
from ...domain.sessions import read_refresh_token
from .ports import Grants
from .sign_tokens import SignTokens


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that is good now. `claims` is empty for a refresh token."""

    grant: Grant
    scopes: frozenset[Scope]
    claims: dict[str, Any]


class FindGrant:
    def __init__(self, grants: Grants, tokens: SignTokens) -> None:
        self._grants = grants
        self._tokens = tokens

    async def by_access_token(self, uow: UnitOfWork, text: str) -> Shown | None:
        claims = await self._tokens.read_access_token(text)
        if claims is None:
            return None
        grant = await self._grants.find(uow, claims["grant"])
        if grant is None or not _is_live(grant):
            return None
        scopes = frozenset(Scope(word) for word in claims["scope"].split() if word in set(Scope))
        return Shown(grant, scopes & grant.scopes, claims)

    async def by_refresh_token(self, uow: UnitOfWork, text: str) -> Shown | None:
        """Only the present one: those before it are no longer good."""
        token = read_refresh_token(text)
        grant = await self._grants.find(uow, token.session_id) if token else None
        if token is None or grant is None or not token.is_genuine(grant.secret):
            return None
        if token.generation != grant.refresh.generation or not _is_live(grant):
            return None
        return Shown(grant, grant.scopes, {})

    async def by_either(self, uow: UnitOfWork, text: str) -> Shown | None:
        return await self.by_refresh_token(uow, text) or await self.by_access_token(uow, text)


def _is_live(grant: Grant) -> bool:
    return grant.alive and now() < min(grant.refresh.idle_until, grant.refresh.expires_at)

"""Introspection (RFC 7662) and revocation (RFC 7009) of tokens."""

from typing import Any

from chassis.db import UnitOfWork

from ...domain.oidc.clients import Client
from ...domain.oidc.errors import OAuthError
from ...domain.oidc.grants import Grant
from .find_grant import FindGrant
from .ports import Clients, Grants
from .sign_tokens import SignTokens


class InspectToken:
    """A client may ask about tokens of its department's clients: their people are known there by the same `sub`."""

    def __init__(self, find_grant: FindGrant, clients: Clients, tokens: SignTokens) -> None:
        self._find_grant = find_grant
        self._clients = clients
        self._tokens = tokens

    async def __call__(self, uow: UnitOfWork, asking: Client, token: str) -> dict[str, Any]:
        shown = await self._find_grant.by_either(uow, token)
        owner = await self._clients.by_id(uow, shown.grant.client_id) if shown else None
        if shown is None or owner is None or owner.data.department != asking.data.department:
            return {"active": False}
        grant = shown.grant
        about = {
            "active": True,
            "client_id": grant.client_id,
            "sub": str(grant.sub),
            "iss": self._tokens.issuer,
            "scope": " ".join(sorted(shown.scopes & owner.data.scopes)),
        }
        if not shown.claims:
            until = min(grant.refresh.idle_until, grant.refresh.expires_at)
            return about | {"token_type": "refresh_token", "exp": int(until.timestamp())}
        kept = ("aud", "exp", "iat", "jti", "auth_time", "acr", "amr")
        return about | {"token_type": "Bearer"} | {name: shown.claims[name] for name in kept}


class RevokeToken:
    """Whichever token is shown, the whole grant ends: with it every token that came of the same code."""

    def __init__(self, find_grant: FindGrant, grants: Grants) -> None:
        self._find_grant = find_grant
        self._grants = grants

    async def __call__(self, uow: UnitOfWork, client: Client, token: str) -> None:
        """A token that is not good any more needs no revoking. Raises OAuthError for another client's."""
        shown = await self._find_grant.by_either(uow, token)
        if shown is not None:
            await self._revoke(uow, client, shown.grant)

    async def _revoke(self, uow: UnitOfWork, client: Client, grant: Grant) -> None:
        if grant.client_id != client.id:
            raise OAuthError("unauthorized_client", "the token was given to another client")
        await self._grants.revoke(uow, grant.id, "revoked_by_client")

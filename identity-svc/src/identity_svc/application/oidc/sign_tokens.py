"""The provider's tokens, signed by the platform's keys, and reading them back.

Their issuer is the public address and their audience a client or the userinfo endpoint: the platform's services, which
want both to be `police-platform`, refuse them.
"""

import base64
import hashlib
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ...domain.oidc.clients import Scope
from ...domain.oidc.grants import Grant
from ...domain.oidc.levels import acr, level_of
from ..key_ring import KeyRing
from .ports import LogOutAddress

ALGORITHM = "RS256"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_SECONDS = 120
_ID, _ACCESS, _LOGOUT = "JWT", "at+jwt", "logout+jwt"


class SignTokens:
    """`lifetime` of ID and access tokens: no longer than the platform's own, for which keys are kept."""

    def __init__(self, ring: KeyRing, issuer: str, lifetime: timedelta) -> None:
        self._ring = ring
        self.issuer = issuer
        self.userinfo = f"{issuer}/oidc/userinfo"
        self.seconds = int(lifetime.total_seconds())

    async def access_token(self, grant: Grant, scopes: frozenset[Scope]) -> str:
        """As RFC 9068 has it; `grant` says what it stands and falls with."""
        claims = {
            "aud": self.userinfo,
            "sub": str(grant.sub),
            "client_id": grant.client_id,
            "scope": " ".join(sorted(scopes)),
            "jti": uuid4().hex,
            "grant": str(grant.id),
            **_authentication(grant),
        }
        return await self._sign(_ACCESS, claims, self.seconds)

    async def id_token(self, grant: Grant, access_token: str, nonce: str | None) -> str:
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "aud": grant.client_id,
            "sub": str(grant.sub),
            "sid": str(grant.sid),
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            **_authentication(grant),
        }
        return await self._sign(_ID, claims | ({"nonce": nonce} if nonce is not None else {}), self.seconds)

    async def logout_token(self, address: LogOutAddress) -> str:
        claims = {
            "aud": address.client_id,
            "sid": str(address.sid),
            "jti": uuid4().hex,
            "events": {LOGOUT_EVENT: {}},
            **({"sub": str(address.sub)} if address.sub else {}),
        }
        return await self._sign(_LOGOUT, claims, _LOGOUT_SECONDS)

    async def read_access_token(self, text: str) -> dict[str, Any] | None:
        """Its claims with `grant` as a UUID; None for one that is not ours, not an access token, or expired."""
        claims = await self._read(text, _ACCESS, await self._ring.key_set())
        if claims is None or claims.get("aud") != self.userinfo or claims["exp"] <= time.time():
            return None
        return claims | {"grant": UUID(claims["grant"])}

    async def read_id_token(self, text: str) -> dict[str, Any] | None:
        """Its claims, also after its end: a hint is seldom fresh. None for what we did not sign as such."""
        claims = await self._read(text, _ID, await self._ring.remembered())
        return claims if claims is not None and isinstance(claims.get("aud"), str) else None

    async def _sign(self, typ: str, claims: dict[str, Any], seconds: int) -> str:
        key = await self._ring.signer()
        moment = int(time.time())
        times = {"iss": self.issuer, "iat": moment, "exp": moment + seconds}
        return jwt.encode({"alg": ALGORITHM, "typ": typ, "kid": key.kid}, times | claims, key)

    async def _read(self, text: str, typ: str, key_set: dict[str, Any]) -> dict[str, Any] | None:
        try:
            keys = KeySet.import_key_set(key_set)  # type: ignore[arg-type]
            token = jwt.decode(text, keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        ours = token.header.get("typ") == typ and token.claims.get("iss") == self.issuer
        return dict(token.claims) if ours else None


def _authentication(grant: Grant) -> dict[str, Any]:
    authentication = grant.authentication
    return {
        "auth_time": int(authentication.at.timestamp()),
        "acr": acr(level_of(grant.subject)),
        "amr": list(authentication.amr),
    }

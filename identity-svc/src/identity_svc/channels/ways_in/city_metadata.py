"""What the city's platform publishes of itself: its addresses and its keys, fetched when they are needed."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ...domain.ways_in.errors import ProviderDown
from ...domain.ways_in.vouched import Provider

log = structlog.get_logger(__name__)

_FRESH_SECONDS: Final = 3600.0
_BETWEEN_SECONDS: Final = 30.0
"""Tokens that name unknown keys make us look for new ones no more often than this."""


@dataclass(frozen=True, slots=True)
class About:
    """`tells_issuer`: it says in its answers who it is (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    tells_issuer: bool


class CityMetadata:
    """Of several who find it stale at once, one fetches. What was known stays good while the platform is away."""

    def __init__(self, http: httpx2.AsyncClient, issuer: str) -> None:
        self._http = http
        self._issuer = issuer
        self._lock = asyncio.Lock()
        self._about: About | None = None
        self._about_until = 0.0
        self._keys: KeySet | None = None
        self._keys_until = 0.0
        self._keys_again_at = 0.0

    async def get(self) -> About:
        """Raises ProviderDown."""
        if self._about is None or time.monotonic() >= self._about_until:
            async with self._lock:
                if self._about is None or time.monotonic() >= self._about_until:
                    await self._fetch_about()
        assert self._about is not None
        return self._about

    async def keys_for(self, token: str) -> KeySet:
        """The keys, fetched anew where the token names one that is not among them. Raises ProviderDown."""
        about = await self.get()
        async with self._lock:
            moment = time.monotonic()
            known = self._keys is not None and _names_one_of(token, self._keys)
            stale = self._keys is None or moment >= self._keys_until
            if stale:
                await self._fetch_keys(about.jwks_uri)
            elif not known and moment >= self._keys_again_at:
                self._keys_again_at = moment + _BETWEEN_SECONDS
                await self._fetch_keys(about.jwks_uri)
            assert self._keys is not None
            return self._keys

    async def _fetch_about(self) -> None:
        try:
            document = await self._document(f"{self._issuer}/.well-known/openid-configuration")
            if document["issuer"] != self._issuer:
                raise ValueError("it says that it is another issuer")
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            addresses = {name: str(document[name]) for name in names}
            tells = document.get("authorization_response_iss_parameter_supported") is True
            self._about = About(**addresses, tells_issuer=tells)
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            self._stays_or_fails(self._about, "discovery", error)
        self._about_until = time.monotonic() + _FRESH_SECONDS

    async def _fetch_keys(self, jwks_uri: str) -> None:
        try:
            self._keys = KeySet.import_key_set(await self._document(jwks_uri))  # type: ignore[arg-type]
        except (httpx2.HTTPError, ValueError, KeyError, JoseError) as error:
            self._stays_or_fails(self._keys, "keys", error)
        self._keys_until = time.monotonic() + _FRESH_SECONDS

    async def _document(self, url: str) -> dict[str, Any]:
        document = (await self._http.get(url)).raise_for_status().json()
        if not isinstance(document, dict):
            raise ValueError("no JSON object")
        return document

    def _stays_or_fails(self, known: object, what: str, error: Exception) -> None:
        log.warning("city_away", what=what, cause=type(error).__name__)
        if known is None:
            raise ProviderDown(Provider.CITY) from None


def _names_one_of(token: str, keys: KeySet) -> bool:
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return True  # nothing that other keys would make better
    return kid is None or any(key.kid == kid for key in keys.keys)

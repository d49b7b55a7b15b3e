"""Verifying access tokens against identity's key set."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from contracts.tokens import AUDIENCE, ISSUER, AccessClaims
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import ValidationError

from ..problems import ServiceUnavailable, Unauthorized
from .caller import Caller

log = structlog.get_logger(__name__)

FetchKeys = Callable[[], Awaitable[dict[str, Any]]]
"""Gives the present JSON Web Key Set; raises OSError or httpx2 errors while identity cannot be reached."""

_CACHE_SECONDS = 60.0
"""Its expiry is looked at each time; so this is how long a key that identity withdrew may still be believed."""
_CACHE_SIZE = 10_000
_KEYS_LIFETIME = 300.0
_REFETCH_SECONDS = 5.0
_FIRST_RETRY_SECONDS = 0.5
"""Without any key yet; whoever queued behind a fetch that hung is answered by that fetch's outcome."""
_MAX_TOKEN = 4_096


class TokenVerifier:
    """Checks signature (RS256 only), issuer, audience and times; remembers a verified token for a minute.

    An unknown key id fetches the key set again, at most once in five seconds: forged ids cost identity nothing.
    """

    def __init__(self, fetch_keys: FetchKeys) -> None:
        self._fetch_keys = fetch_keys
        self._keys: KeySet | None = None
        self._key_ids: frozenset[str] = frozenset()
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._verified: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """The caller a valid token names. Raises Unauthorized; ServiceUnavailable while there are no keys."""
        if len(token) > _MAX_TOKEN:
            raise _invalid()
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        remembered = self._verified.get(digest)
        if remembered is not None and remembered[0] > time.monotonic():
            if remembered[1].claims.exp > time.time():
                return remembered[1]
            del self._verified[digest]
        caller = Caller(await self._verify(token))
        self._verified[digest] = (time.monotonic() + _CACHE_SECONDS, caller)
        if len(self._verified) > _CACHE_SIZE:
            self._verified.popitem(last=False)
        return caller

    async def _verify(self, token: str) -> AccessClaims:
        keys = await self._keys_for(token)
        try:
            claims = AccessClaims.model_validate(jwt.decode(token, keys, algorithms=["RS256"]).claims)
        except (JoseError, ValidationError, ValueError, TypeError, KeyError) as error:
            raise _invalid() from error
        moment = time.time()
        if claims.iss != ISSUER or claims.aud != AUDIENCE or max(claims.iat, claims.nbf or 0) > moment + 60:
            raise _invalid()
        if claims.exp <= moment:
            raise Unauthorized(
                "登录已过期，请刷新令牌或重新登录。", "The token has expired; refresh it or log in again."
            )
        return claims

    async def _keys_for(self, token: str) -> KeySet:
        key_id = _key_id(token)
        stale = time.monotonic() - self._fetched_at > _KEYS_LIFETIME
        if self._keys is None or stale or key_id not in self._key_ids:
            await self._refetch()
        if self._keys is None:
            raise ServiceUnavailable(
                "身份服务暂时无法访问，请稍后再试。",
                "Identity cannot be reached just now; try again shortly.",
            )
        if key_id not in self._key_ids:
            raise _invalid()
        return self._keys

    async def _refetch(self) -> None:
        async with self._lock:
            pause = _REFETCH_SECONDS if self._keys is not None else _FIRST_RETRY_SECONDS
            if time.monotonic() - self._tried_at < pause:
                return
            try:
                document = await self._fetch_keys()
                self._keys = KeySet.import_key_set(document)
                self._key_ids = frozenset(key["kid"] for key in document["keys"])
                self._fetched_at = time.monotonic()
            except Exception as error:  # whatever the reason, the old keys go on serving
                log.warning("key_set_unavailable", cause=repr(error))
            finally:
                self._tried_at = time.monotonic()


def _key_id(token: str) -> str:
    from joserfc.jws import extract_compact

    try:
        headers = extract_compact(token.encode("ascii")).headers()
        if headers.get("alg") != "RS256" or not isinstance(headers.get("kid"), str):
            raise _invalid()
        return str(headers["kid"])
    except (JoseError, ValueError, UnicodeError, TypeError, AttributeError) as error:
        raise _invalid() from error


def _invalid() -> Unauthorized:
    return Unauthorized("登录凭证无效，请重新登录。", "The token is not valid; log in again.")

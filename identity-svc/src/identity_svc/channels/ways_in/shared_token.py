"""WeChat's API token: one for each app, shared by all our processes through Redis.

Whoever finds none takes a lock and gets one; the others wait for it a moment. Without Redis each asks for itself:
WeChat then gives the same stable token to everybody, only more often.
"""

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

import redis.asyncio as redis
import structlog
from chassis.sealing import SealBroken, Sealer

from ...domain.ways_in.errors import ProviderDown
from ...domain.ways_in.vouched import Provider

if TYPE_CHECKING:
    from .wechat import WeChatApi, WeChatApp

log = structlog.get_logger(__name__)

_EARLIER_SECONDS: Final = 300
"""So long before its end a token is replaced: none shall expire on its way."""
_LOCK_MS: Final = 10_000
_LOOKS: Final = 60
_LOOK_SECONDS: Final = 0.1
# Only what is still there as we knew it: a lock may have run out and be another's, a token may be a new one.
_DELETE_IF = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
)


class SharedToken:
    def __init__(self, api: "WeChatApi", store: "redis.Redis | None", sealer: Sealer) -> None:
        """`store` gives bytes, not texts."""
        self._api = api
        self._redis = store
        self._sealer = sealer

    async def get(self, app: "WeChatApp", *, refused: str | None = None) -> str:
        """Raises WeChatFailed, ProviderDown. `refused`: a token that WeChat does not take any more."""
        if self._redis is None:
            return (await self._fetch(app))[0]
        try:
            return await self._shared(self._redis, app, refused)
        except (redis.RedisError, OSError, TimeoutError) as error:
            log.warning("token_not_shared", cause=type(error).__name__)
            return (await self._fetch(app))[0]

    async def _shared(self, store: "redis.Redis", app: "WeChatApp", refused: str | None) -> str:
        for _ in range(_LOOKS):
            sealed = await store.get(_key(app))
            token = self._open(sealed, app)
            if token is not None and token != refused:
                return token
            if sealed is not None:
                await store.eval(_DELETE_IF, 1, _key(app), sealed)
            mark = secrets.token_bytes(16)
            if await store.set(f"{_key(app)}:lock", mark, nx=True, px=_LOCK_MS):
                try:
                    return await self._renew(store, app, refused)
                finally:
                    await store.eval(_DELETE_IF, 1, f"{_key(app)}:lock", mark)
            await asyncio.sleep(_LOOK_SECONDS)
        raise ProviderDown(Provider.WECHAT)

    async def _renew(self, store: "redis.Redis", app: "WeChatApp", refused: str | None) -> str:
        """With the lock held; unless somebody who held it before has left a token meanwhile."""
        token = self._open(await store.get(_key(app)), app)
        if token is not None and token != refused:
            return token
        token, lifetime = await self._fetch(app)
        if lifetime > _EARLIER_SECONDS:
            sealed = self._sealer.seal(token.encode(), _key(app).encode())
            await store.set(_key(app), sealed, ex=lifetime - _EARLIER_SECONDS)
        return token

    async def _fetch(self, app: "WeChatApp") -> tuple[str, int]:
        """A token and its lifetime in seconds."""
        body = {"grant_type": "client_credential", "appid": app.appid, "secret": app.secret}
        answer = await self._api.ask("POST", "/cgi-bin/stable_token", query={}, body=body)
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(lifetime, int):
            raise ProviderDown(Provider.WECHAT)
        return token, lifetime

    def _open(self, sealed: bytes | str | None, app: "WeChatApp") -> str | None:
        if not isinstance(sealed, bytes):
            return None
        try:
            return self._sealer.open(sealed, _key(app).encode()).decode()
        except SealBroken:
            return None  # sealed under a key that is gone: as good as none


def _key(app: "WeChatApp") -> str:
    return f"wechat:token:{app.appid}"

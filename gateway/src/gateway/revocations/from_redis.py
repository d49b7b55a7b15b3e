"""Reading the log that identity-svc publishes in Redis."""

import asyncio
import time
from math import inf

import redis.asyncio as redis
from contracts.revocations import LOG_KEY, MARK_KEY
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from .channel import LookFailed
from .view import RevocationView

_PATIENCE = 1.5


class FromRedis:
    name = "redis"
    pause = 1.0
    failures = (redis.RedisError, OSError, TimeoutError)

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=_PATIENCE,
            # A pooled connection that Redis' restart left dead is replaced once, at once.
            retry=Retry(NoBackoff(), 1),
        )
        self._generation = ""
        self._read_to = "-"

    async def look(self, view: RevocationView) -> None:
        began = time.monotonic()
        async with asyncio.timeout(_PATIENCE):
            mark, entries = await self._read(self._read_to)
            generation = (mark or "").partition(".")[0]
            if generation != self._generation and self._read_to != "-":
                mark, entries = await self._read("-")  # another log
                generation = (mark or "").partition(".")[0]
        for _, fields in entries:
            view.learn((name, float(forget_at)) for name, forget_at in fields.items())
        self._generation = generation
        if not generation:
            self._read_to = "-"
            raise LookFailed("the log has no mark: Redis lost it, or identity-svc has not written it yet")
        if entries:
            self._read_to = f"({entries[-1][0]}"
        view.covered(-inf, began)

    async def _read(self, start: str) -> tuple[str | None, list[tuple[str, dict[str, str]]]]:
        """Mark and entries of one moment."""
        async with self._redis.pipeline(transaction=True) as both:
            both.get(MARK_KEY)
            both.xrange(LOG_KEY, min=start)
            mark, entries = await both.execute()
        return mark, entries

    async def close(self) -> None:
        await self._redis.aclose()

"""Limits per address and per caller, open for reads when Redis is away: answering is worth more than counting."""

import asyncio
import time

import redis.asyncio as redis
import structlog
from chassis.http_client import Headers
from chassis.problems import TooManyRequests
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ..client_address import counted_as
from ..metrics import LIMITED, LIMITS_OPEN
from ..routes import Route
from ..settings import GatewaySettings
from .at_once import AtOnce
from .bucket import Bucket

log = structlog.get_logger(__name__)

_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_AWAY_SECONDS = 2.0
_PATIENCE = 0.25


class Limiter:
    """What may be asked for is answered with what to say of the limit, in headers.

    While Redis is away reads pass uncounted; what changes something, proves who one is or is dear is counted by each
    gateway for itself. identity-svc counts log-in and codes again, strictly, in its own database.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self.uploads = AtOnce(settings.uploads_at_once)
        self._redis: redis.Redis | None = None
        self._away_until = 0.0
        if settings.redis_url is not None:
            self._redis = redis.Redis.from_url(
                settings.redis_url.get_secret_value(),
                socket_connect_timeout=_PATIENCE,
                # A pooled connection that Redis' restart left dead is replaced once, at once.
                retry=Retry(NoBackoff(), 1),
            )
            self._address = Bucket(self._redis, "address", settings.ip_rate, settings.ip_burst)
            self._caller = Bucket(self._redis, "caller", settings.caller_rate, settings.caller_burst)
            self._log_in = Bucket(self._redis, "log-in", settings.log_in_rate, settings.log_in_burst)
            self._dear = Bucket(self._redis, "dear", settings.dear_rate, settings.dear_burst)

    async def check_address(self, route: Route | None, method: str, address: str) -> Headers:
        """Raises TooManyRequests, with the seconds to wait. Partners' webhooks are never turned away."""
        if self._redis is None or (route is not None and route.webhook):
            return []
        if route is not None and route.log_in:
            return await self._take(self._log_in, counted_as(address), "address", strict=True)
        return await self._take(self._address, counted_as(address), "address", strict=method not in _READS)

    async def check_caller(self, method: str, subject: str) -> Headers:
        """Raises TooManyRequests, with the seconds to wait."""
        if self._redis is None:
            return []
        return await self._take(self._caller, subject, "caller", strict=method not in _READS)

    async def check_dear(self, subject: str | None, address: str) -> Headers:
        """Large uploads and dear routes. Raises TooManyRequests, with the seconds to wait."""
        if self._redis is None:
            return []
        return await self._take(self._dear, subject or counted_as(address), "dear", strict=True)

    async def _take(self, bucket: Bucket, key: str, by: str, *, strict: bool) -> Headers:
        said = bucket.take_leased(key)
        if said is not None:
            return said
        if time.monotonic() < self._away_until:
            return self._take_alone(bucket, key, by, strict=strict)
        try:
            async with asyncio.timeout(_PATIENCE):
                wait = await bucket.take(key)
        except (redis.RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            log.warning("limits_open", cause=repr(error))
            return self._take_alone(bucket, key, by, strict=strict)
        if wait > 0:
            raise _too_many(bucket, by, wait)
        return bucket.said(key)

    def _take_alone(self, bucket: Bucket, key: str, by: str, *, strict: bool) -> Headers:
        if strict and (wait := bucket.alone.take(key)) > 0:
            raise _too_many(bucket, by, wait)
        LIMITS_OPEN.inc()
        return []

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()


def _too_many(bucket: Bucket, by: str, wait: float) -> TooManyRequests:
    LIMITED.labels(by).inc()
    problem = TooManyRequests(
        "请求过于频繁，请稍后再试。",
        "You are sending too fast; try again shortly.",
        retry_after=int(wait) + 1,
    )
    problem.headers |= bucket.field.refused(wait)
    return problem

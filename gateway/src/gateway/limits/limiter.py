"""Limits per address and per caller, open when Redis is away: answering is worth more than counting."""

import asyncio
import time

import redis.asyncio as redis
import structlog
from chassis.problems import TooManyRequests
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ..client_address import counted_as
from ..metrics import LIMITED, LIMITS_OPEN
from ..routes import Route
from ..settings import GatewaySettings
from .bucket import Bucket

log = structlog.get_logger(__name__)

_AWAY_SECONDS = 2.0
_PATIENCE = 0.25


class Limiter:
    """Log-in and codes are counted again, strictly, by identity-svc in its own database."""

    def __init__(self, settings: GatewaySettings) -> None:
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

    async def check_address(self, route: Route | None, address: str) -> None:
        """Raises TooManyRequests, with the seconds to wait. Partners' webhooks are never turned away."""
        if self._redis is None or (route is not None and route.webhook):
            return
        log_in = route is not None and route.log_in
        await self._take(self._log_in if log_in else self._address, counted_as(address), "address")

    async def check_caller(self, subject: str) -> None:
        """Raises TooManyRequests, with the seconds to wait."""
        if self._redis is not None:
            await self._take(self._caller, subject, "caller")

    async def _take(self, bucket: Bucket, key: str, by: str) -> None:
        if bucket.take_leased(key):
            return
        if time.monotonic() < self._away_until:
            LIMITS_OPEN.inc()
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                wait = await bucket.take(key)
        except (redis.RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            LIMITS_OPEN.inc()
            log.warning("limits_open", cause=repr(error))
            return
        if wait > 0:
            LIMITED.labels(by).inc()
            raise TooManyRequests(
                "请求过于频繁，请稍后再试。",
                "You are sending too fast; try again shortly.",
                retry_after=int(wait) + 1,
            )

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

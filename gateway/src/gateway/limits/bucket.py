"""A token bucket in Redis for all gateways; each leases blocks of it, so that few requests ask Redis."""

import time
from collections import OrderedDict
from dataclasses import dataclass

import redis.asyncio as redis
from chassis.http_client import Headers

from .alone import Alone
from .field import Field

# One round trip: refill by Redis' own clock, take up to what is asked, say when one more will be there.
_LEASE = """
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(state[1]) or burst
local at = tonumber(state[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local given = math.min(want, math.floor(tokens))
tokens = tokens - given
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
local wait = 0
if given == 0 then wait = (1 - tokens) / rate end
return {given, tostring(wait), math.floor(tokens)}
"""
_LEASE_SECONDS = 10.0
"""A block is small beside the rate, so what lies unused is little; a person who reads keeps what is left of theirs."""
_KEPT = 50_000


@dataclass(slots=True)
class _Lease:
    left: int = 0
    unleased: int = 0  # what was left in Redis, for whichever gateway asks next
    until: float = 0.0
    refused_until: float = 0.0


class Bucket:
    """`rate` requests a second, `burst` at once, per key. `alone`: the same, counted in this process only."""

    def __init__(self, client: redis.Redis, name: str, rate: float, burst: int) -> None:
        self._script = client.register_script(_LEASE)
        self._name = name
        self._rate = rate
        self._burst = burst
        self._block = max(1, min(burst // 10, int(rate / 5)))
        self._leases: OrderedDict[str, _Lease] = OrderedDict()
        self.field = Field(name, rate, burst)
        self.alone = Alone(rate, burst)

    def take_leased(self, key: str) -> Headers | None:
        """What to say of the limit when the request may pass by what is already leased: no round trip."""
        lease = self._leases.get(key)
        if lease is None or lease.left <= 0 or lease.until <= time.monotonic():
            return None
        lease.left -= 1
        return self.field.left(lease.left + lease.unleased)

    def said(self, key: str) -> Headers:
        """What to say of the limit after `take` let a request pass."""
        lease = self._leases.get(key)
        return self.field.left(lease.left + lease.unleased) if lease is not None else []

    async def take(self, key: str) -> float:
        """0 when the request may pass, else the seconds until the next one may. Raises redis.RedisError."""
        moment = time.monotonic()
        lease = self._leases.get(key)
        if lease is not None and lease.refused_until > moment:
            return lease.refused_until - moment
        given, wait, unleased = await self._script(
            keys=[f"limit:{self._name}:{key}"], args=[self._rate, self._burst, self._block]
        )
        return self._settle(key, int(given), float(wait), int(unleased))

    def _settle(self, key: str, given: int, wait: float, unleased: int) -> float:
        # Looked up again: requests of one key that asked at the same moment share what all were given.
        moment = time.monotonic()
        lease = self._leases.setdefault(key, _Lease())
        self._leases.move_to_end(key)
        if len(self._leases) > _KEPT:
            self._leases.popitem(last=False)
        if lease.until <= moment:
            lease.left = 0
        lease.unleased = unleased
        if given:
            lease.left += given
            lease.until = moment + _LEASE_SECONDS
        if lease.left > 0:
            lease.left -= 1
            return 0.0
        lease.refused_until = moment + wait
        return wait

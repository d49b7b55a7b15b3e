"""A token bucket in Redis for all gateways; each leases blocks of it, so that few requests ask Redis."""

import time
from collections import OrderedDict
from dataclasses import dataclass

import redis.asyncio as redis

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
return {given, tostring(wait)}
"""
_LEASE_SECONDS = 10.0
"""A block is small beside the rate, so what lies unused is little; a person who reads keeps what is left of theirs."""
_KEPT = 50_000


@dataclass(slots=True)
class _Lease:
    left: int = 0
    until: float = 0.0
    refused_until: float = 0.0


class Bucket:
    """`rate` requests a second, `burst` at once, per key."""

    def __init__(self, client: redis.Redis, name: str, rate: float, burst: int) -> None:
        self._script = client.register_script(_LEASE)
        self._name = name
        self._rate = rate
        self._burst = burst
        self._block = max(1, min(burst // 10, int(rate / 5)))
        self._leases: OrderedDict[str, _Lease] = OrderedDict()

    def take_leased(self, key: str) -> bool:
        """Whether the request may pass by what is already leased: no round trip."""
        lease = self._leases.get(key)
        if lease is None or lease.left <= 0 or lease.until <= time.monotonic():
            return False
        lease.left -= 1
        return True

    async def take(self, key: str) -> float:
        """0 when the request may pass, else the seconds until the next one may. Raises redis.RedisError."""
        moment = time.monotonic()
        lease = self._leases.get(key)
        if lease is not None and lease.refused_until > moment:
            return lease.refused_until - moment
        given, wait = await self._script(
            keys=[f"limit:{self._name}:{key}"], args=[self._rate, self._burst, self._block]
        )
        return self._settle(key, int(given), float(wait))

    def _settle(self, key: str, given: int, wait: float) -> float:
        # Looked up again: requests of one key that asked at the same moment share what all were given.
        moment = time.monotonic()
        lease = self._leases.setdefault(key, _Lease())
        self._leases.move_to_end(key)
        if len(self._leases) > _KEPT:
            self._leases.popitem(last=False)
        if lease.until <= moment:
            lease.left = 0
        if given:
            lease.left += given
            lease.until = moment + _LEASE_SECONDS
        if lease.left > 0:
            lease.left -= 1
            return 0.0
        lease.refused_until = moment + wait
        return wait

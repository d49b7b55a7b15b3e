"""A token bucket of this process only, for the time when Redis is away."""

import time
from collections import OrderedDict

_KEPT = 50_000


class Alone:
    """`rate` requests a second, `burst` at once, per key. Several gateways let through as many times as much."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        # When the bucket would be full again: one number is the whole state.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str) -> float:
        """0 when the request may pass, else the seconds until the next one may."""
        moment = time.monotonic()
        full_at = max(self._full_at.get(key, 0.0), moment) + 1 / self._rate
        wait = full_at - moment - self._burst / self._rate
        if wait > 1e-9:
            return wait
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > _KEPT:
            self._full_at.popitem(last=False)
        return 0.0

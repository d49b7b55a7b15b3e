"""What an answer says of a limit: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers)."""

import math

from chassis.http_client import Headers


class Field:
    """Of one limit. The policy's quota is what may come at once, its window the time in which that refills."""

    __slots__ = ("_burst", "_name", "_policy", "_rate")

    def __init__(self, name: str, rate: float, burst: int) -> None:
        self._name = b'"%b"' % name.encode()
        self._rate = rate
        self._burst = burst
        window = max(1, math.ceil(burst / rate))
        self._policy = (b"ratelimit-policy", b"%b;q=%d;w=%d" % (self._name, burst, window))

    def left(self, remaining: int) -> Headers:
        """`remaining` may come now; in so many seconds all of the quota may."""
        seconds = math.ceil((self._burst - remaining) / self._rate)
        return [self._policy, (b"ratelimit", b"%b;r=%d;t=%d" % (self._name, remaining, seconds))]

    def refused(self, wait: float) -> dict[str, str]:
        """For a refusal: nothing is left, and one more may come after `wait` seconds."""
        return {
            "RateLimit-Policy": self._policy[1].decode(),
            "RateLimit": f"{self._name.decode()};r=0;t={math.ceil(wait)}",
        }

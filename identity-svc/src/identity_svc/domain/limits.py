"""How often something may be tried: `burst` at once, then one more each `every`.

Kept as one moment per key (the generic cell rate algorithm): the moment at which the allowance is
full again. A try moves it `every` further; it is refused when that would be more than
`burst × every` from now. One small row per key, no window edges, and the exact time to wait.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    burst: int
    every: timedelta

    @property
    def reach(self) -> timedelta:
        """How far ahead of now the moment of full allowance may lie."""
        return self.burst * self.every

    def retry_after(self, full_again_at: datetime, now: datetime) -> int:
        """Whole seconds until one more try is allowed, at least 1."""
        return max(1, math.ceil((full_again_at + self.every - self.reach - now).total_seconds()))


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit for one key, the keyed hash of whom it is about. `common`: strangers share it, and can use it up."""

    key: bytes
    limit: Limit
    common: bool = False


@dataclass(frozen=True, slots=True)
class UsedUp:
    """Allowances that are used up, and the whole seconds until all of them have one more."""

    wait: int
    allowances: tuple[Allowance, ...]

    @property
    def common(self) -> bool:
        return any(allowance.common for allowance in self.allowances)


def used_up(
    allowances: Sequence[Allowance], full_again_at: Mapping[bytes, datetime], now: datetime
) -> UsedUp | None:
    """What is used up once one was taken from each at `now`; the moments, by key, are those after that."""
    empty = [one for one in allowances if full_again_at[one.key] - now > one.limit.reach]
    if not empty:
        return None
    waits = (one.limit.retry_after(full_again_at[one.key] - one.limit.every, now) for one in empty)
    return UsedUp(max(waits), tuple(empty))

"""Counts of tries, one row per limited key (`domain.limits` says how)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.limits import Allowance, UsedUp, used_up

# All go through the keys in sorted order, so that two requests never lock the same rows crosswise.
_TAKE = """
INSERT INTO throttle AS t (key, full_again_at)
SELECT key, $3::timestamptz + every FROM unnest($1::bytea[], $2::interval[]) AS wanted (key, every)
ON CONFLICT (key) DO UPDATE
  SET full_again_at = greatest(t.full_again_at, $3) + (excluded.full_again_at - $3)
RETURNING key, full_again_at
"""
_GIVE_BACK = """
INSERT INTO throttle AS t (key, full_again_at)
SELECT key, $3::timestamptz - every FROM unnest($1::bytea[], $2::interval[]) AS wanted (key, every)
ON CONFLICT (key) DO UPDATE SET full_again_at = t.full_again_at - ($3 - excluded.full_again_at)
"""
_CHARGE = """
INSERT INTO throttle AS t (key, full_again_at)
SELECT key, $4::timestamptz + every FROM unnest($1::bytea[], $2::interval[]) AS wanted (key, every)
ON CONFLICT (key) DO UPDATE SET full_again_at = greatest(t.full_again_at, least(
  greatest(t.full_again_at, $4) + (excluded.full_again_at - $4),
  $4 + (SELECT reach FROM unnest($1::bytea[], $3::interval[]) AS bound (key, reach) WHERE bound.key = t.key)))
"""


class SqlThrottle:
    async def take(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> UsedUp | None:
        """Takes one try from each; what is used up, if anything is.

        The caller raises on the latter, so that the rollback gives back what was taken.
        """
        moment = now()
        return used_up(allowances, await self.taken(uow, allowances, moment), moment)

    async def taken(
        self, uow: UnitOfWork, allowances: Sequence[Allowance], moment: datetime
    ) -> Mapping[bytes, datetime]:
        """Takes one from each at `moment`, whatever is left; by key, when it will be full again."""
        ordered = sorted(allowances, key=lambda allowance: allowance.key)
        rows = await uow.fetch(_TAKE, [a.key for a in ordered], [a.limit.every for a in ordered], moment)
        return {row["key"]: row["full_again_at"] for row in rows}

    async def charge(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> None:
        """Takes from each as far as there is something left; refuses nothing."""
        ordered = sorted(allowances, key=lambda allowance: allowance.key)
        keys, every = [a.key for a in ordered], [a.limit.every for a in ordered]
        await uow.execute(_CHARGE, keys, every, [a.limit.reach for a in ordered], now())

    async def give_back(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> None:
        """A try that succeeded does not count."""
        ordered = sorted(allowances, key=lambda allowance: allowance.key)
        await uow.execute(_GIVE_BACK, [a.key for a in ordered], [a.limit.every for a in ordered], now())

    async def sweep(self, uow: UnitOfWork) -> None:
        """Forgets keys whose allowance is full."""
        await uow.execute("DELETE FROM throttle WHERE full_again_at < now()")

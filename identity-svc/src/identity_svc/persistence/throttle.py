"""Counts of tries, one row per limited key (`domain.limits` says how)."""

from collections.abc import Sequence

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.limits import Allowance

# Both go through the keys in sorted order, so that two requests never lock the same rows crosswise.
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


class SqlThrottle:
    async def take(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> int:
        """Takes one try from each; 0, or the seconds to wait when one is used up.

        The caller raises on the latter, so that the rollback gives back what was taken.
        """
        ordered = sorted(allowances, key=lambda allowance: allowance.key)
        moment = now()
        rows = await uow.fetch(_TAKE, [a.key for a in ordered], [a.limit.every for a in ordered], moment)
        full_again_at = {row["key"]: row["full_again_at"] for row in rows}
        return max(
            (
                a.limit.retry_after(full_again_at[a.key] - a.limit.every, moment)
                for a in ordered
                if full_again_at[a.key] - moment > a.limit.reach
            ),
            default=0,
        )

    async def give_back(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> None:
        """A try that succeeded does not count."""
        ordered = sorted(allowances, key=lambda allowance: allowance.key)
        await uow.execute(_GIVE_BACK, [a.key for a in ordered], [a.limit.every for a in ordered], now())

    async def sweep(self, uow: UnitOfWork) -> None:
        """Forgets keys whose allowance is full."""
        await uow.execute("DELETE FROM throttle WHERE full_again_at < now()")

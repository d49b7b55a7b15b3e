"""Sessions and mandates that ended while tokens which name them may still be about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.revocations import Look, Revocation

# What a transaction still under way wrote is not seen, and seen by the next look: the cursor is the oldest of those
# transactions. Row ids or times would not do, which are given before the commit.
_SINCE = """
SELECT pg_snapshot_xmin(seen.snapshot)::text::bigint AS cursor,
       pg_snapshot_xmax(seen.snapshot)::text::bigint AS next, r.revoked_id, r.forget_at
FROM (SELECT pg_current_snapshot() AS snapshot) AS seen
LEFT JOIN revocation r ON r.written_in >= $1 AND r.forget_at > now()
"""


class SqlRevocations:
    async def add(
        self, uow: UnitOfWork, ids: Sequence[UUID], kind: str, revoked_at: datetime, forget_at: datetime
    ) -> None:
        await uow.execute(
            "INSERT INTO revocation (revoked_id, kind, revoked_at, forget_at)"
            " SELECT id, $2, $3, $4 FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING",
            ids,
            kind,
            revoked_at,
            forget_at,
        )

    async def since(self, uow: UnitOfWork, cursor: int | None) -> Look:
        """What was committed since the look that gave `cursor`; None asks for everything."""
        rows = await uow.read(_SINCE, cursor or 0)
        whole = cursor is None or cursor > rows[0]["next"]  # a database restored has begun to count anew
        if whole and cursor:
            rows = await uow.read(_SINCE, 0)
        revoked = [Revocation(row["revoked_id"], row["forget_at"]) for row in rows if row["revoked_id"]]
        return Look(rows[0]["cursor"], whole, revoked)

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM revocation WHERE forget_at < now()")

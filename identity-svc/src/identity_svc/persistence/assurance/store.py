"""The proofs of an account, and the level that the valid ones make."""

from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.assurance import Proof, Record, Source

_ADD = """
INSERT INTO assurance (account_id, level, source, at, expires_at, officer_id, window_code)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_OF = """
SELECT level, source, at, expires_at, window_code FROM assurance
WHERE account_id = $1 ORDER BY id DESC LIMIT 50
"""
# Proofs that ran out since the last look; the present level is what those that hold are worth.
_LOWER = """
WITH due AS (
  SELECT DISTINCT account_id FROM assurance WHERE expires_at <= $1 AND expires_at > $1 - interval '7 days'
), level AS (
  SELECT a.account_id AS id, coalesce(max(a.level) FILTER (WHERE a.expires_at IS NULL OR a.expires_at > $1), 0) AS ial
  FROM assurance a JOIN due USING (account_id) GROUP BY a.account_id
)
UPDATE account SET ial = level.ial FROM level WHERE account.id = level.id AND account.ial > level.ial
"""


class SqlAssurance:
    async def add(self, uow: UnitOfWork, account_id: UUID, proof: Proof, at: datetime) -> None:
        await uow.execute(
            _ADD, account_id, proof.level, proof.source, at, proof.expires_at, proof.officer_id, proof.window
        )

    async def of(self, uow: UnitOfWork, account_id: UUID) -> list[Record]:
        """The newest first, fifty at most."""
        rows = await uow.read(_OF, account_id)
        return [
            Record(row["level"], Source(row["source"]), row["at"], row["expires_at"], row["window_code"])
            for row in rows
        ]

    async def lower(self, uow: UnitOfWork, at: datetime) -> None:
        """Accounts fall to what their valid proofs are worth."""
        await uow.execute(_LOWER, at)

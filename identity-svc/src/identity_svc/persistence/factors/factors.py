"""Authenticators' secrets, sealed; recovery codes, hashed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...application.factors.ports import Factor

_OF = """
SELECT f.secret, coalesce(f.last_step, -1) AS last_step, o.second_factor_at,
  (SELECT count(*) FROM recovery_code c WHERE c.officer_id = o.id AND c.used_at IS NULL) AS codes_left
FROM officer o LEFT JOIN second_factor f ON f.officer_id = o.id WHERE o.id = $1
"""
_PROPOSE = """
INSERT INTO second_factor (officer_id, proposed, proposed_until) VALUES ($1, $2, $3)
ON CONFLICT (officer_id) DO UPDATE SET proposed = excluded.proposed, proposed_until = excluded.proposed_until
"""
# Guarded by the very bytes that were read: another proposal meanwhile is another secret.
_CONFIRM = """
WITH confirmed AS (
  UPDATE second_factor SET secret = proposed, last_step = $3, proposed = NULL, proposed_until = NULL
  WHERE officer_id = $1 AND proposed = $2 RETURNING officer_id)
UPDATE officer SET second_factor_at = now() FROM confirmed WHERE officer.id = confirmed.officer_id
"""
_FORGET = """
WITH gone AS (DELETE FROM second_factor WHERE officer_id = $1 RETURNING officer_id),
  codes AS (DELETE FROM recovery_code WHERE officer_id = $1)
UPDATE officer SET second_factor_at = NULL FROM gone
WHERE officer.id = gone.officer_id AND officer.second_factor_at IS NOT NULL
"""


class SqlFactors:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def of(self, uow: UnitOfWork, officer_id: UUID) -> Factor:
        row = await uow.fetchrow(_OF, officer_id)
        if row is None:
            return Factor(None, -1, None, 0)
        secret = self._open(officer_id, row["secret"]) if row["secret"] else None
        return Factor(secret, row["last_step"], row["second_factor_at"], row["codes_left"])

    async def propose(self, uow: UnitOfWork, officer_id: UUID, secret: bytes, until: datetime) -> None:
        await uow.execute(_PROPOSE, officer_id, self._sealer.seal(secret, factor_aad(officer_id)), until)

    async def proposed(self, uow: UnitOfWork, officer_id: UUID, at: datetime) -> bytes | None:
        sealed = await uow.fetchval(
            "SELECT proposed FROM second_factor WHERE officer_id = $1 AND proposed_until > $2",
            officer_id,
            at,
        )
        return self._open(officer_id, sealed) if sealed else None

    async def confirm(self, uow: UnitOfWork, officer_id: UUID, secret: bytes, step: int) -> bool:
        """False where another secret was proposed meanwhile."""
        sealed = await uow.fetchval("SELECT proposed FROM second_factor WHERE officer_id = $1", officer_id)
        if not sealed or self._open(officer_id, sealed) != secret:
            return False
        return await uow.execute(_CONFIRM, officer_id, sealed, step) == "UPDATE 1"

    async def use_step(self, uow: UnitOfWork, officer_id: UUID, step: int) -> bool:
        """False where this code, or a later one, was used already."""
        tag = await uow.execute(
            "UPDATE second_factor SET last_step = $2 WHERE officer_id = $1 AND secret IS NOT NULL AND last_step < $2",
            officer_id,
            step,
        )
        return tag == "UPDATE 1"

    async def replace_codes(self, uow: UnitOfWork, officer_id: UUID, hashes: Sequence[bytes]) -> None:
        await uow.execute("DELETE FROM recovery_code WHERE officer_id = $1", officer_id)
        await uow.execute(
            "INSERT INTO recovery_code (officer_id, code_hash) SELECT $1, unnest($2::bytea[])",
            officer_id,
            list(hashes),
        )

    async def use_code(self, uow: UnitOfWork, officer_id: UUID, code_hash: bytes) -> bool:
        tag = await uow.execute(
            "UPDATE recovery_code SET used_at = now() WHERE officer_id = $1 AND code_hash = $2 AND used_at IS NULL",
            officer_id,
            code_hash,
        )
        return tag == "UPDATE 1"

    async def forget(self, uow: UnitOfWork, officer_id: UUID) -> bool:
        """False where none was enrolled."""
        return await uow.execute(_FORGET, officer_id) == "UPDATE 1"

    async def prove_session(self, uow: UnitOfWork, session_id: UUID, at: datetime) -> None:
        """The session's owner proved both factors just now."""
        await uow.execute(
            "UPDATE session SET amr = '{pwd,otp}', authenticated_at = $2 WHERE id = $1", session_id, at
        )

    def _open(self, officer_id: UUID, sealed: bytes) -> bytes:
        return self._sealer.open(sealed, factor_aad(officer_id))


def factor_aad(officer_id: UUID) -> bytes:
    return b"second-factor:" + officer_id.bytes

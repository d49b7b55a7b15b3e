"""Signing keys; the private halves are sealed."""

from datetime import datetime

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ..domain.signing_keys import StoredKey

_LOCK = 0x6964_6B65_7973  # "idkeys"


class SqlKeys:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def all(self, uow: UnitOfWork) -> list[StoredKey]:
        """Raises SealBroken when the data key they were sealed under is not configured."""
        rows = await uow.fetch("SELECT kid, private_key, public_jwk, signs_from, forget_at FROM signing_key")
        return [
            StoredKey(
                row["kid"],
                self._sealer.open(row["private_key"], row["kid"].encode()),
                row["public_jwk"],
                row["signs_from"],
                row["forget_at"],
            )
            for row in rows
        ]

    async def lock(self, uow: UnitOfWork) -> None:
        """Until the transaction ends, nobody else makes or forgets a key."""
        await uow.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)

    async def add(self, uow: UnitOfWork, key: StoredKey, *, predecessors_forget_at: datetime) -> None:
        await uow.execute(
            "UPDATE signing_key SET forget_at = $1 WHERE forget_at IS NULL", predecessors_forget_at
        )
        await uow.execute(
            "INSERT INTO signing_key (kid, private_key, public_jwk, signs_from) VALUES ($1, $2, $3, $4)",
            key.kid,
            self._sealer.seal(key.private_key, key.kid.encode()),
            key.public_jwk,
            key.signs_from,
        )

    async def forget(self, uow: UnitOfWork, at: datetime) -> None:
        """Removes the keys whose last token had expired by then."""
        await uow.execute("DELETE FROM signing_key WHERE forget_at <= $1", at)

"""Secrets of push addresses: their hashes, and until when they are good."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork

from courier_svc.application.push_secrets import PushKey

_OF: Final = """SELECT id, digest, source, issued_at, ends_at, revoked_at FROM push_key
WHERE courier = $1 ORDER BY id DESC LIMIT 200"""


class PgPushKeys:
    """Implements `application.push_secrets.PushKeys`."""

    async def of(self, uow: UnitOfWork, courier: str) -> Sequence[PushKey]:
        """Newest first."""
        return [PushKey(**row) for row in await uow.read(_OF, courier)]

    async def lock(self, uow: UnitOfWork, courier: str) -> Sequence[PushKey]:
        """The same; whoever changes keys of that courier waits for us."""
        await uow.execute("SELECT pg_advisory_xact_lock(hashtext('push_key/' || $1))", courier)
        return await self.of(uow, courier)

    async def add(self, uow: UnitOfWork, courier: str, key: PushKey, by: UUID | None) -> None:
        await uow.execute(
            "INSERT INTO push_key (id, courier, digest, source, issued_at, issued_by, ends_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            key.id, courier, key.digest, key.source, key.issued_at, by, key.ends_at,
        )  # fmt: skip

    async def end(self, uow: UnitOfWork, key: UUID, at: datetime) -> None:
        await uow.execute("UPDATE push_key SET ends_at = $2 WHERE id = $1", key, at)

    async def revoke(self, uow: UnitOfWork, key: UUID, at: datetime) -> None:
        await uow.execute("UPDATE push_key SET revoked_at = $2 WHERE id = $1", key, at)

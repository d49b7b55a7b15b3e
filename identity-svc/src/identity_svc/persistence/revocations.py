"""Sessions and mandates that ended while tokens which name them may still be about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork


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

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM revocation WHERE forget_at < now()")

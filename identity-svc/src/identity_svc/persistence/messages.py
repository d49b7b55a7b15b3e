"""Messages to people and officers, newest first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain.messages import Message
from ..domain.wording import worded


class SqlMessages:
    async def tell(self, uow: UnitOfWork, recipient_id: UUID, kind: str, facts: dict[str, Any]) -> None:
        """To an account or officer; `kind` is one of `domain.messages.WORDS`, `facts` fill its words.

        Nothing is kept for an account that was erased.
        """
        assert all(worded(kind, facts))  # a missing fact fails here, not when it is read
        await uow.execute(
            "INSERT INTO message (id, recipient_id, kind, facts) SELECT $1, $2, $3, $4"
            " WHERE NOT EXISTS (SELECT FROM account WHERE id = $2 AND erased_at IS NOT NULL)",
            uuid7(),
            recipient_id,
            kind,
            facts,
        )

    async def of(self, uow: UnitOfWork, recipient_id: UUID, before: UUID | None, limit: int) -> list[Message]:
        rows = await uow.fetch(
            "SELECT id, kind, facts, at, read_at FROM message"
            " WHERE recipient_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            recipient_id,
            before,
            limit,
        )
        return [Message(*row) for row in rows]

    async def unread(self, uow: UnitOfWork, recipient_id: UUID) -> int:
        return await uow.fetchval(
            "SELECT count(*) FROM message WHERE recipient_id = $1 AND read_at IS NULL", recipient_id
        )

    async def mark_read(self, uow: UnitOfWork, recipient_id: UUID, up_to: UUID, at: datetime) -> None:
        await uow.execute(
            "UPDATE message SET read_at = $3 WHERE recipient_id = $1 AND id <= $2 AND read_at IS NULL",
            recipient_id,
            up_to,
            at,
        )

    async def sweep(self, uow: UnitOfWork) -> None:
        """Kept for a year."""
        await uow.execute("DELETE FROM message WHERE at < now() - interval '1 year'")

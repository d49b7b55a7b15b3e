"""Who viewed whose data, for the person concerned to read."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.accounts import View


class SqlAccessLog:
    async def of(self, uow: UnitOfWork, account_id: UUID, before: int | None, limit: int) -> list[View]:
        """Newest first; `before` is the id that ended the last page."""
        rows = await uow.fetch(
            "SELECT id, viewer, officer_id, why, viewed_at FROM access_log"
            " WHERE account_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            account_id,
            before,
            limit,
        )
        return [View(*row) for row in rows]

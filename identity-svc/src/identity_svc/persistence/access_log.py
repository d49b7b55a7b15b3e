"""Who viewed whose data, for the person concerned to read."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.accounts import View


class SqlAccessLog:
    async def of(self, uow: UnitOfWork, account_id: UUID, before: int | None, limit: int) -> list[View]:
        """Newest first; `before` is the id that ended the last page."""
        rows = await uow.fetch(
            "SELECT l.id, l.viewer, l.officer_id, l.why, l.viewed_at, o.unit, u.name AS unit_name, o.roles,"
            " l.viewer_en"
            " FROM access_log l LEFT JOIN officer o ON o.id = l.officer_id LEFT JOIN unit u ON u.code = o.unit"
            " WHERE l.account_id = $1 AND ($2::bigint IS NULL OR l.id < $2) ORDER BY l.id DESC LIMIT $3",
            account_id,
            before,
            limit,
        )
        return [View(*row) for row in rows]

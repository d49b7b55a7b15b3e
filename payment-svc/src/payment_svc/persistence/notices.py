"""Authentic notices, kept as they came."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork

from ..domain.money_records import NoticeRow
from ..domain.payees import Payee
from ..domain.readings import NoticeOutcome

# A repeat keeps what the first one turned out to be, unless that was not yet known. `unmatched` is known least.
_KEEP = Statement(
    """INSERT INTO notice (id, channel, payee, notice_id, event, body, received_at, outcome)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel, notice_id) DO UPDATE SET outcome = excluded.outcome
 WHERE notice.outcome IN ('unmatched', 'unconfirmed') AND excluded.outcome NOT IN ('unmatched', notice.outcome)"""
)


class PgNotices:
    """Implements `application.ports.Notices`."""

    def keep(
        self, uow: UnitOfWork, channel: str, notice: NoticeRow, outcome: NoticeOutcome, at: datetime
    ) -> None:
        uow.write(
            _KEEP, notice.id, channel, notice.payee, notice.notice_id, notice.event, notice.body, at, outcome
        )

    async def take_unmatched(
        self, uow: UnitOfWork, after: UUID, limit: int
    ) -> Sequence[tuple[str, NoticeRow]]:
        """Channel and notice of those whose order was unknown when they came, oldest first."""
        rows = await uow.read(
            "SELECT id, channel, payee, notice_id, event, body FROM notice"
            " WHERE outcome = 'unmatched' AND id > $1 ORDER BY id LIMIT $2",
            after,
            limit,
        )
        return [(row["channel"], _notice_of(row)) for row in rows]

    async def find_unconfirmed(
        self, uow: UnitOfWork, channel: str, notice_id: str
    ) -> tuple[NoticeRow, datetime] | None:
        """With when it came; None once it is known what it was."""
        row = await uow.read_row(
            "SELECT id, payee, notice_id, event, body, received_at FROM notice"
            " WHERE channel = $1 AND notice_id = $2 AND outcome = 'unconfirmed'",
            channel,
            notice_id,
        )
        return (_notice_of(row), row["received_at"]) if row else None


def _notice_of(row: Record) -> NoticeRow:
    return NoticeRow(row["id"], Payee(row["payee"]), row["notice_id"], row["event"], row["body"])

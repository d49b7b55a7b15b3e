"""Authentic notices, kept as they came, sealed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..domain.money_records import NoticeRow
from ..domain.payees import Payee
from ..domain.readings import NoticeOutcome
from .sealed import notice_aad

# A repeat keeps what the first one turned out to be, unless that was not yet known. `unmatched` is known least.
# It is counted; who applies a kept notice once more, under its own id, is no repeat.
_KEEP = Statement(
    """INSERT INTO notice
 (id, channel, payee, notice_id, event, sealed_body, received_at, outcome, number, request_id)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (channel, notice_id) DO UPDATE SET
  copies = notice.copies + (excluded.id <> notice.id)::int,
  last_at = CASE WHEN excluded.id <> notice.id THEN excluded.received_at ELSE notice.last_at END,
  outcome = CASE WHEN notice.outcome IN ('unmatched', 'unconfirmed', 'unreadable')
   AND excluded.outcome <> 'unmatched' THEN excluded.outcome ELSE notice.outcome END
 WHERE excluded.id <> notice.id OR notice.outcome IN ('unmatched', 'unconfirmed', 'unreadable')"""
)


class PgNotices:
    """Implements `application.ports.Notices`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def keep(
        self, uow: UnitOfWork, channel: str, notice: NoticeRow, outcome: NoticeOutcome, at: datetime
    ) -> None:
        body = sealed_body(self._sealer, notice)
        uow.write(
            _KEEP, notice.id, channel, notice.payee, notice.notice_id, notice.event, body, at, outcome,
            notice.number, notice.request_id,
        )  # fmt: skip

    async def take_unmatched(
        self, uow: UnitOfWork, after: UUID, limit: int
    ) -> Sequence[tuple[str, NoticeRow]]:
        """Channel and notice of those whose order was unknown when they came, oldest first."""
        rows = await uow.read(
            "SELECT id, channel, payee, notice_id, event, sealed_body, body FROM notice"
            " WHERE outcome = 'unmatched' AND id > $1 ORDER BY id LIMIT $2",
            after,
            limit,
        )
        return [(row["channel"], self._notice_of(row)) for row in rows]

    async def find_unconfirmed(
        self, uow: UnitOfWork, channel: str, notice_id: str
    ) -> tuple[NoticeRow, datetime] | None:
        """With when it came; None once it is known what it was."""
        row = await uow.read_row(
            "SELECT id, payee, notice_id, event, sealed_body, body, received_at FROM notice"
            " WHERE channel = $1 AND notice_id = $2 AND outcome = 'unconfirmed'",
            channel,
            notice_id,
        )
        return (self._notice_of(row), row["received_at"]) if row else None

    async def seal_plain(self, uow: UnitOfWork, limit: int) -> int:
        """Seals so many of those from before notices were sealed; how many it found."""
        rows = await uow.fetch(
            "SELECT id, body FROM notice WHERE body IS NOT NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
            limit,
        )
        await uow.execute(
            "UPDATE notice SET sealed_body = sealed.body, body = NULL"
            " FROM unnest($1::uuid[], $2::bytea[]) AS sealed (id, body) WHERE notice.id = sealed.id",
            [row["id"] for row in rows],
            [self._sealer.seal(row["body"], notice_aad(row["id"])) for row in rows],
        )
        return len(rows)

    def _notice_of(self, row: Record) -> NoticeRow:
        body = row["body"]
        if body is None:
            body = self._sealer.open(row["sealed_body"], notice_aad(row["id"]))
        return NoticeRow(row["id"], Payee(row["payee"]), row["notice_id"], row["event"], body)


def sealed_body(sealer: Sealer, notice: NoticeRow) -> bytes:
    return sealer.seal(notice.body, notice_aad(notice.id))

"""Notices as their providers' engineers are shown them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from asyncpg import Record
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.partners import Asked, Standing
from chassis.partners.refusals import floor_of
from chassis.sealing import Sealer

from ..application.partner_desk import KeptNotice
from ..domain.payees import Payee
from ..domain.readings import NoticeOutcome
from .sealed import notice_aad

_SHOWN: Final = """SELECT id, payee, notice_id, event, number, received_at, last_at, copies, outcome, request_id,
 sealed_body, body FROM notice WHERE channel = $1"""
_PAGE: Final = f"{_SHOWN} AND id < $2 AND id >= $3 AND outcome = ANY($4::text[]) ORDER BY id DESC LIMIT $5"
_OF_NUMBER: Final = _PAGE.replace("AND id < $2", "AND number = $6 AND id < $2")
_OPEN: Final = "outcome IN ('unmatched', 'unconfirmed', 'held', 'contradiction', 'unreadable')"
_STANDING: Final = f"""SELECT
 (SELECT coalesce(last_at, received_at) FROM notice WHERE channel = $1 ORDER BY id DESC LIMIT 1) AS last_at,
 (SELECT received_at FROM notice WHERE channel = $1 AND id >= $2
   AND outcome IN ('applied', 'refund_due', 'repeat', 'says_nothing') ORDER BY id DESC LIMIT 1) AS accepted_at,
 (SELECT count(*)::int FROM notice WHERE channel = $1 AND {_OPEN}
   AND outcome IN ('unmatched', 'unconfirmed')) AS waiting,
 (SELECT received_at FROM notice WHERE channel = $1 AND {_OPEN}
   AND outcome IN ('unmatched', 'unconfirmed') ORDER BY id LIMIT 1) AS oldest_at,
 (SELECT count(*)::int FROM notice WHERE channel = $1 AND {_OPEN}
   AND outcome IN ('held', 'contradiction', 'unreadable')) AS held,
 (SELECT count(*)::int FROM attempt WHERE channel = $1 AND next_query_at IS NOT NULL) AS tries,
 (SELECT min(next_query_at) FROM attempt WHERE channel = $1 AND next_query_at IS NOT NULL) AS next_try_at"""


class PgDeliveries:
    """Implements `application.partner_desk.KeptNotices`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def page(
        self, uow: UnitOfWork, channel: str, asked: Asked, outcomes: Sequence[NoticeOutcome]
    ) -> list[KeptNotice]:
        args = (channel, asked.before, asked.floor, list(outcomes), asked.limit)
        if asked.number is None:
            rows = await uow.read(_PAGE, *args)
        else:
            rows = await uow.read(_OF_NUMBER, *args, asked.number)
        return [self._kept(row) for row in rows]

    async def one(self, uow: UnitOfWork, channel: str, notice: UUID) -> KeptNotice | None:
        row = await uow.read_row(f"{_SHOWN} AND id = $2", channel, notice)
        return self._kept(row) if row else None

    async def standing(self, uow: UnitOfWork, channel: str) -> Standing:
        row = await uow.read_row(_STANDING, channel, floor_of(now() - timedelta(days=31)))
        assert row is not None
        return Standing(**row)

    def _kept(self, row: Record) -> KeptNotice:
        fields = dict(row)
        sealed = fields.pop("sealed_body")
        if sealed is not None:
            fields["body"] = self._sealer.open(sealed, notice_aad(row["id"]))
        fields |= {"payee": Payee(row["payee"]), "outcome": NoticeOutcome(row["outcome"])}
        return KeptNotice(**fields)

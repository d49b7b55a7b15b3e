"""Lists, paged by key on plain columns: an applicant's cases and a unit's queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Case
from ..domain.people import Applicant
from .cases import SELECTED, read_case

MINE: Final = f"""SELECT {SELECTED} FROM cases c WHERE c.applicant_id = $1 AND c.id < $2
AND ($3::text[] IS NULL OR c.state = ANY($3)) ORDER BY c.id DESC LIMIT $4"""
MINE_WITHIN: Final = MINE.replace(
    "ORDER BY", "AND (c.item_code = ANY($5) OR c.department = ANY($6)) ORDER BY"
)
QUEUE: Final = f"""SELECT {SELECTED} FROM cases c WHERE c.unit = $1 AND c.due_at IS NOT NULL
AND (c.due_at, c.id) > ($2, $3) AND ($4::text[] IS NULL OR c.state = ANY($4)) AND c.department = $5
ORDER BY c.due_at, c.id LIMIT $6"""
QUEUE_UNCLAIMED: Final = QUEUE.replace("ORDER BY", "AND c.assigned_to IS NULL ORDER BY")
CLAIMED: Final = f"""SELECT {SELECTED} FROM cases c WHERE c.assigned_to = $1 AND c.due_at IS NOT NULL
AND (c.due_at, c.id) > ($2, $3) AND ($4::text[] IS NULL OR c.state = ANY($4)) ORDER BY c.due_at, c.id LIMIT $5"""

QUEUE_OF_UNITS: Final = f"""SELECT {SELECTED} FROM unnest($1::text[]) AS place (unit) CROSS JOIN LATERAL (
  SELECT * FROM cases WHERE cases.unit = place.unit AND due_at IS NOT NULL AND (due_at, id) > ($2, $3)
  AND ($4::text[] IS NULL OR state = ANY($4)) AND department = $5 ORDER BY due_at, id LIMIT $6) AS c
ORDER BY c.due_at, c.id LIMIT $6"""
QUEUE_OF_UNITS_UNCLAIMED: Final = QUEUE_OF_UNITS.replace(
    "ORDER BY due_at", "AND assigned_to IS NULL ORDER BY due_at"
)

_LAST_ID: Final = UUID(int=2**128 - 1)
_FIRST_ID: Final = UUID(int=0)
_LONG_AGO: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class CaseLists:
    async def mine(
        self,
        uow: UnitOfWork,
        applicant: Applicant,
        states: Sequence[str] | None,
        after: UUID | None,
        limit: int,
    ) -> list[Case]:
        """Newest first; `after` is the last id of the page before. For whoever acts, what their mandate is for."""
        page = (applicant.id, after or _LAST_ID, states, limit)
        if applicant.actor is not None and applicant.is_limited:
            within = (list(applicant.actor.items), list(applicant.actor.departments))
            rows = await uow.read(MINE_WITHIN, *page, *within)
        else:
            rows = await uow.read(MINE, *page)
        return [read_case(row) for row in rows]

    async def queue(
        self,
        uow: UnitOfWork,
        units: Sequence[str],
        department: str,
        states: Sequence[str] | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
        unclaimed: bool = False,
    ) -> list[Case]:
        """By time left, most urgent first; `after` is (due_at, id) of the last row of the page before."""
        due_at, case_id = after or (_LONG_AGO, _FIRST_ID)
        one, many = (QUEUE_UNCLAIMED, QUEUE_OF_UNITS_UNCLAIMED) if unclaimed else (QUEUE, QUEUE_OF_UNITS)
        sql, where = (one, units[0]) if len(units) == 1 else (many, units)
        rows = await uow.read(sql, where, due_at, case_id, states, department, limit)
        return [read_case(row) for row in rows]

    async def claimed(
        self,
        uow: UnitOfWork,
        officer_id: UUID,
        states: Sequence[str] | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Case]:
        """What an officer holds, of whatever unit, in the same order."""
        due_at, case_id = after or (_LONG_AGO, _FIRST_ID)
        rows = await uow.read(CLAIMED, officer_id, due_at, case_id, states, limit)
        return [read_case(row) for row in rows]

"""Who holds which case. Raising the version makes a move under way notice."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork

from ..domain.case import Case
from ..domain.errors import CaseChangedMeanwhile

ASSIGN: Final = Statement(
    """INSERT INTO case_history (case_id, action, actor, officer_id, at, facts)
SELECT id, $4, 'officer', $5, $6::timestamptz, $7::jsonb FROM $assigned""",
    assigned="UPDATE cases SET version = version + 1, assigned_to = $3 WHERE id = $1 AND version = $2 RETURNING id",
)
# In the order in which others lock cases.
GIVE_BACK: Final = """WITH held AS (
  SELECT id FROM cases WHERE assigned_to = $1 AND ($2::text IS NULL OR unit IS DISTINCT FROM $2)
  ORDER BY id FOR NO KEY UPDATE),
returned AS (
  UPDATE cases SET version = version + 1, assigned_to = NULL FROM held WHERE cases.id = held.id RETURNING cases.id)
INSERT INTO case_history (case_id, action, actor, at, facts)
SELECT id, 'returned_to_queue', 'system', $3, '{}' FROM returned"""


class ClaimTable:
    def assign(
        self,
        uow: UnitOfWork,
        case: Case,
        holder: UUID | None,
        about: str,
        by: UUID,
        at: datetime,
        facts: dict[str, Any],
    ) -> Case:
        """The case as it is then; at the commit CaseChangedMeanwhile where another was first."""
        uow.write(
            ASSIGN,
            case.id,
            case.version,
            holder,
            about,
            by,
            at,
            facts,
            rows=1,
            otherwise=CaseChangedMeanwhile,
        )
        return case.changed(version=case.version + 1, assigned_to=holder)

    async def give_back(self, uow: UnitOfWork, holder: UUID, kept_unit: str | None, at: datetime) -> None:
        """All that `holder` claimed, but of `kept_unit`, is the unit's again; history says so."""
        await uow.execute(GIVE_BACK, holder, kept_unit, at)

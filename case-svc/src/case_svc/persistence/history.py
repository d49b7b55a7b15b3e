"""The readable past of a case: edges, notes, and who looked."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..domain.errors import CaseNotFound
from ..domain.looks import Look
from ..domain.timeline import Entry
from .break_glass import open_reason
from .sealed import history_aad, open_json

NOTE: Final = Statement(
    """INSERT INTO case_history (case_id, action, actor, at, facts)
SELECT id, $2, $3, $4::timestamptz, $5::jsonb FROM cases WHERE id = $1"""
)
_ENTRIES: Final = """SELECT version, action, from_state, to_state, actor, officer_id, at, facts, texts
FROM case_history WHERE case_id = $1 ORDER BY id"""
EDGES_AFTER: Final = """SELECT version, action, from_state, to_state, actor, officer_id, at, facts
FROM case_history WHERE case_id = $1 AND version > $2 ORDER BY id LIMIT $3"""
_VIEWED: Final = """INSERT INTO case_view (case_id, viewer, unit, what, role, grant_id)
VALUES ($1, $2, $3, $4, $5, $6)"""
LOOKS: Final = """SELECT v.viewer, v.unit, v.role, v.what, v.at, v.grant_id, g.reason
FROM case_view v LEFT JOIN break_glass g ON g.id = v.grant_id WHERE v.case_id = $1 ORDER BY v.id DESC LIMIT $2"""


class HistoryTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def note(self, uow: UnitOfWork, case_id: UUID, about: str, at: datetime, facts: dict[str, Any]) -> None:
        """Tells in the case's history what happened elsewhere; CaseNotFound at the commit."""
        uow.write(NOTE, case_id, about, "system", at, facts, rows=1, otherwise=CaseNotFound)

    async def entries(self, uow: UnitOfWork, case_id: UUID) -> list[Entry]:
        """Oldest first."""
        return [self._entry(case_id, row) for row in await uow.read(_ENTRIES, case_id)]

    async def edges_after(self, uow: UnitOfWork, case_id: UUID, version: int, limit: int) -> list[Entry]:
        """The moves since the case had `version`, oldest first, without what people wrote. At most `limit`."""
        return [Entry(*row, {}) for row in await uow.read(EDGES_AFTER, case_id, version, limit)]

    async def record_view(
        self,
        uow: UnitOfWork,
        case_id: UUID,
        *,
        viewer: str,
        unit: str | None,
        what: str,
        role: str | None = None,
        grant_id: UUID | None = None,
    ) -> None:
        await uow.execute(_VIEWED, case_id, viewer, unit, what, role, grant_id)

    async def looks(self, uow: UnitOfWork, case_id: UUID, limit: int) -> list[Look]:
        """Newest first."""
        return [self._look(row) for row in await uow.read(LOOKS, case_id, limit)]

    def _look(self, row: Any) -> Look:
        *plain, sealed = row
        reason = open_reason(self._sealer, row["grant_id"], sealed) if sealed else None
        return Look(*plain, reason)

    def _entry(self, case_id: UUID, row: Any) -> Entry:
        values = list(row)
        sealed = values[-1]
        values[-1] = open_json(self._sealer, sealed, history_aad(case_id, values[0])) if sealed else {}
        return Entry(*values)

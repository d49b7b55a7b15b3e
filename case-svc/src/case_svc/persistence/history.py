"""The readable past of a case: edges, notes, and who looked."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..application.records import View
from ..domain.errors import CaseNotFound
from ..domain.timeline import Entry
from .sealed import history_aad, open_json

NOTE: Final = Statement(
    """INSERT INTO case_history (case_id, action, actor, at, facts)
SELECT id, $2, $3, $4::timestamptz, $5::jsonb FROM cases WHERE id = $1"""
)
_ENTRIES: Final = """SELECT version, action, from_state, to_state, actor, officer_id, at, facts, texts
FROM case_history WHERE case_id = $1 ORDER BY id"""
_VIEWED: Final = "INSERT INTO case_view (case_id, viewer, unit, what) VALUES ($1, $2, $3, $4)"


class HistoryTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def note(self, uow: UnitOfWork, case_id: UUID, about: str, at: datetime, facts: dict[str, Any]) -> None:
        """Tells in the case's history what happened elsewhere; CaseNotFound at the commit."""
        uow.write(NOTE, case_id, about, "system", at, facts, rows=1, otherwise=CaseNotFound)

    async def entries(self, uow: UnitOfWork, case_id: UUID) -> list[Entry]:
        """Oldest first."""
        return [self._entry(case_id, row) for row in await uow.read(_ENTRIES, case_id)]

    async def record_view(
        self, uow: UnitOfWork, case_id: UUID, *, viewer: str, unit: str | None, what: str
    ) -> None:
        await uow.execute(_VIEWED, case_id, viewer, unit, what)

    async def views(self, uow: UnitOfWork, case_id: UUID, limit: int) -> list[View]:
        """Newest first."""
        rows = await uow.read(
            "SELECT viewer, unit, what, at FROM case_view WHERE case_id = $1 ORDER BY id DESC LIMIT $2",
            case_id,
            limit,
        )
        return [View(*row) for row in rows]

    def _entry(self, case_id: UUID, row: Any) -> Entry:
        values = list(row)
        sealed = values[-1]
        values[-1] = open_json(self._sealer, sealed, history_aad(case_id, values[0])) if sealed else {}
        return Entry(*values)

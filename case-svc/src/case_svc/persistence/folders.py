"""Cases as one opens them: everything a reader sees, and the note of who looked, in one statement."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ..application.records import Folder
from ..domain.hands import Hand
from ..domain.people import Officer
from ..domain.states import EXPLAINED
from .cases import COLUMNS, SELECTED
from .forms import FORM_COLUMNS, read_filled
from .materials import COLUMNS as MATERIAL_COLUMNS
from .materials import read_material
from .sealed import history_aad, open_json

# Rows within a row (record[]) come as tuples of the columns' own types, sealed names as bytes; JSON would take them as
# text, at twice the time.
_FOLDER: Final = f"""SELECT {SELECTED}, {FORM_COLUMNS},
  ARRAY(SELECT ROW({MATERIAL_COLUMNS}) FROM case_material m WHERE m.case_id = c.id ORDER BY m.id),
  CASE WHEN c.state IN ({", ".join(f"'{state.value}'" for state in sorted(EXPLAINED))}) THEN
    ARRAY(SELECT ROW(h.version, h.texts) FROM case_history h WHERE h.case_id = c.id AND h.texts IS NOT NULL
     ORDER BY h.id DESC) END,
  ARRAY(SELECT ROW(a.acted_by, a.mandate_id, a.what, a.first_at, a.last_at, a.times) FROM case_hand a
   WHERE a.case_id = c.id)
FROM cases c JOIN case_form f ON f.case_id = c.id"""
_OPEN: Final = f"{_FOLDER} WHERE c.id = $1"
# Driven by the note, so that no officer sees a case without one. Who may see it is `Officer.serves`, in SQL.
_LOOK: Final = f"""WITH looked AS (
 INSERT INTO case_view (case_id, viewer, unit, what, role) SELECT id, $2, $3::text, 'case', $6 FROM cases
  WHERE id = $1 AND department = $4 AND (unit = $3 OR $5 AND unit IS NOT NULL) RETURNING case_id)
{_FOLDER} JOIN looked ON looked.case_id = c.id"""
_LOOK_BY_SCOPE: Final = f"""WITH looked AS (
 INSERT INTO case_view (case_id, viewer, unit, what, role) SELECT id, $2, $3::text, 'case', $4 FROM cases
  WHERE id = $1 AND unit IS NOT NULL RETURNING case_id)
{_FOLDER} JOIN looked ON looked.case_id = c.id"""
_LOOK_BY_EXCEPTION: Final = f"""WITH granted AS (
 SELECT id, case_id FROM break_glass WHERE officer_id = $2 AND case_id = $1 AND until > $5 ORDER BY until DESC LIMIT 1),
looked AS (
 INSERT INTO case_view (case_id, viewer, unit, what, role, grant_id)
  SELECT case_id, $2::uuid::text, $3, 'case', $4, id FROM granted RETURNING case_id)
{_FOLDER} JOIN looked ON looked.case_id = c.id"""


class FolderTables:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def open(self, uow: UnitOfWork, case_id: UUID) -> Folder | None:
        """For its applicant."""
        row = await uow.read_row(_OPEN, case_id)
        return self._folder(row) if row else None

    async def look(self, uow: UnitOfWork, case_id: UUID, officer: Officer) -> Folder | None:
        """For `officer`, who is noted as having looked; None, and no note, for a case they do not serve."""
        row = await uow.fetchrow(
            _LOOK,
            case_id,
            str(officer.id),
            officer.unit,
            officer.department,
            officer.leads_department,
            officer.role,
        )
        return self._folder(row) if row else None

    async def look_by_scope(self, uow: UnitOfWork, case_id: UUID, officer: Officer) -> Folder | None:
        """For an officer whom a further assignment lets look, as the caller made sure; a case's unit never changes."""
        row = await uow.fetchrow(_LOOK_BY_SCOPE, case_id, str(officer.id), officer.unit, officer.role)
        return self._folder(row) if row else None

    async def look_by_exception(
        self, uow: UnitOfWork, case_id: UUID, officer: Officer, at: datetime
    ) -> Folder | None:
        """For an officer who gave a reason and may read the case until some later time than `at`."""
        row = await uow.fetchrow(_LOOK_BY_EXCEPTION, case_id, officer.id, officer.unit, officer.role, at)
        return self._folder(row) if row else None

    def _folder(self, row: asyncpg.Record) -> Folder:
        *_, materials, written, hands = row
        case_id: UUID = row[COLUMNS.index("id")]
        return Folder(
            read_filled(self._sealer, row),
            [read_material(self._sealer, material) for material in materials],
            [self._texts(case_id, *sealed) for sealed in written or ()],
            [Hand(*hand) for hand in hands],
        )

    def _texts(self, case_id: UUID, version: int, sealed: bytes) -> dict[str, Any]:
        texts: dict[str, Any] = open_json(self._sealer, sealed, history_aad(case_id, version))
        return texts

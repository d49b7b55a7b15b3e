"""Cases: reading one, opening a draft, and the hot write of a move as ONE statement.

Raw asyncpg on purpose: a move is this statement plus the chassis' flush, nothing else.
"""

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

import asyncpg
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ..domain.case import Case, Moved
from ..domain.errors import CaseChangedMeanwhile
from ..domain.states import State
from .sealed import history_aad, seal_json

COLUMNS: Final = tuple(field.name for field in fields(Case))
SELECTED: Final = ", ".join(f"c.{name}" for name in COLUMNS)
_FIXED: Final = {
    "id", "version", "item_code", "department", "applicant_id", "applicant_kind", "applicant_masked",
    "created_at",
}  # fmt: skip
"""Not for a move to change; the masked name is kept by whoever first opens the case."""

_MUTABLE: Final = tuple(name for name in COLUMNS if name not in _FIXED)
_FIRST: Final = 13
"""Of the parameters that hold the mutable columns; `write` gives the ones before."""

_ASSIGNMENTS: Final = ", ".join(f"{name} = ${_FIRST + place}" for place, name in enumerate(_MUTABLE))
_MOVE: Final = f"""WITH moved AS (
  UPDATE cases SET version = $3, {_ASSIGNMENTS} WHERE id = $1 AND version = $2 RETURNING id
)
INSERT INTO case_history
  (case_id, at, version, action, from_state, to_state, actor, officer_id, facts, texts)
SELECT moved.id, $4::timestamptz, edge.*
FROM moved, unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::jsonb[],
  $12::bytea[]) AS edge (version, action, from_state, to_state, actor, officer_id, facts, texts)
ORDER BY edge.version"""

_OPEN_DRAFT: Final = """WITH opened AS (
  INSERT INTO cases (id, version, state, item_code, item_version, department, branch, window_code,
    applicant_id, applicant_kind, created_at)
  VALUES ($1, 1, 'draft', $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
)
INSERT INTO case_form (case_id, version, answers) SELECT id, 1, $10 FROM opened"""


def read_case(row: asyncpg.Record) -> Case:
    """The case in the first columns of `row`, as `SELECTED` names them."""
    values: list[Any] = list(row)[: len(COLUMNS)]
    values[2] = State(values[2])
    return Case(*values)


class CaseTable:
    """The aggregate's rows. `sealer` seals what people wrote into the history."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def load(self, uow: UnitOfWork, case_id: UUID, *, for_update: bool = False) -> Case | None:
        """`for_update` makes consumers and clocks wait for each other instead of losing a race."""
        lock = " FOR NO KEY UPDATE" if for_update else ""
        row = await uow.fetchrow(f"SELECT {SELECTED} FROM cases c WHERE c.id = $1{lock}", case_id)
        return read_case(row) if row else None

    async def load_by_number(self, uow: UnitOfWork, case_no: str) -> Case | None:
        row = await uow.fetchrow(f"SELECT {SELECTED} FROM cases c WHERE c.case_no = $1", case_no)
        return read_case(row) if row else None

    async def open_draft(self, uow: UnitOfWork, case: Case, answers: bytes) -> None:
        """`answers` are sealed already."""
        await uow.execute(
            _OPEN_DRAFT, case.id, case.item_code, case.item_version, case.department, case.branch,
            case.window_code, case.applicant_id, case.applicant_kind, case.created_at, answers,
        )  # fmt: skip

    async def write(self, uow: UnitOfWork, moved: Moved) -> None:
        """Case and history, all edges at once; raises CaseChangedMeanwhile when another move was first."""
        taken, after = moved.taken, moved.case
        tag = await uow.execute(
            _MOVE,
            moved.before.id,
            moved.before.version,
            after.version,
            moved.at,
            [step.case.version for step in taken],
            [step.edge.action.value for step in taken],
            [step.edge.source.value for step in taken],
            [step.edge.target.value for step in taken],
            [step.by.who.value for step in taken],
            [step.by.officer_id for step in taken],
            [step.facts for step in taken],
            [self._sealed(after.id, step.case.version, step.texts) for step in taken],
            *(getattr(after, name) for name in _MUTABLE),
        )
        if tag != f"INSERT 0 {len(taken)}":
            raise CaseChangedMeanwhile

    async def place(self, uow: UnitOfWork, case: Case, branch: str | None, window: str | None) -> None:
        """Another place of application, while the case is a draft."""
        tag = await uow.execute(
            "UPDATE cases SET version = version + 1, branch = $3, window_code = $4"
            " WHERE id = $1 AND version = $2 AND state = 'draft'",
            case.id, case.version, branch, window,
        )  # fmt: skip
        if tag != "UPDATE 1":
            raise CaseChangedMeanwhile

    async def repin(self, uow: UnitOfWork, case: Case, item_version: int) -> None:
        """Moves a draft to another version of its item."""
        tag = await uow.execute(
            "UPDATE cases SET version = version + 1, item_version = $3"
            " WHERE id = $1 AND version = $2 AND state = 'draft'",
            case.id, case.version, item_version,
        )  # fmt: skip
        if tag != "UPDATE 1":
            raise CaseChangedMeanwhile

    async def lock_for_change(self, uow: UnitOfWork, case_id: UUID) -> Case | None:
        """The case with its version raised, so that a submission under way notices the change."""
        row = await uow.fetchrow(
            f"UPDATE cases c SET version = version + 1 WHERE id = $1 RETURNING {SELECTED}", case_id
        )
        return read_case(row) if row else None

    async def delete_draft(self, uow: UnitOfWork, case: Case) -> list[str]:
        """Deletes the draft with its form and materials; returns the store keys of its files."""
        rows = await uow.fetch("SELECT file_key FROM case_material WHERE case_id = $1", case.id)
        tag = await uow.execute(
            "DELETE FROM cases WHERE id = $1 AND version = $2 AND state = 'draft'", case.id, case.version
        )
        if tag != "DELETE 1":
            raise CaseChangedMeanwhile
        return [row["file_key"] for row in rows]

    def _sealed(self, case_id: UUID, version: int, texts: dict[str, Any]) -> bytes | None:
        return seal_json(self._sealer, texts, history_aad(case_id, version)) if texts else None

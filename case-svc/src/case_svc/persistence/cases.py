"""Cases: reading one, opening a draft, and the hot write of a move.

Raw asyncpg on purpose: a move is one read, and one statement that commits it with its events and clocks.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import asyncpg
from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..domain.case import Case, Moved, Note, Taken
from ..domain.errors import CaseChangedMeanwhile
from ..domain.states import State
from .history import NOTE
from .sealed import history_aad, seal_json

COLUMNS: Final = tuple(field.name for field in fields(Case))
SELECTED: Final = ", ".join(f"c.{name}" for name in COLUMNS)
_LOAD: Final = f"SELECT {SELECTED} FROM cases c WHERE c.id = $1"
_LOCK: Final = f"{_LOAD} FOR NO KEY UPDATE"
# In one order, so that two who lock several never wait for each other crosswise.
_LOCK_MANY: Final = (
    f"SELECT {SELECTED} FROM cases c WHERE c.id = ANY($1::uuid[]) ORDER BY c.id FOR NO KEY UPDATE"
)
_FIXED: Final = {
    "id", "version", "item_code", "department", "applicant_id", "applicant_kind", "applicant_masked",
    "created_at",
}  # fmt: skip
"""Not for a move to change; the masked name is kept by whoever first opens the case."""

_MUTABLE: Final = tuple(name for name in COLUMNS if name not in _FIXED)
_VALUES: Final = attrgetter(*_MUTABLE)
_WRITTEN: Final = ("id", "version", *_MUTABLE)
_WRITTEN_VALUES: Final = attrgetter(*_WRITTEN)
_FIRST: Final = 5
"""Of the parameters that hold the mutable columns; before them id, version, new version and time, then the edges."""

_ASSIGNMENTS: Final = ", ".join(f"{name} = ${_FIRST + place}" for place, name in enumerate(_MUTABLE))
_EDGE: Final = ("int", "text", "text", "text", "text", "uuid", "jsonb", "bytea")
_HISTORY: Final = "case_id, at, version, action, from_state, to_state, actor, officer_id, facts, texts"
# Cases travel as JSON: an array of arrays, as `reviewers` would be, is nothing unnest() takes apart.
MOVE_MANY: Final = Statement(
    f"""INSERT INTO case_history ({_HISTORY}) SELECT {_HISTORY} FROM unnest($2::uuid[], $3::timestamptz[], $4::int[],
  $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::jsonb[], $11::bytea[]) WITH ORDINALITY
  AS told ({_HISTORY}, place)
WHERE version IS NULL OR case_id IN (SELECT id FROM $moved) ORDER BY place""",
    moved=f"""UPDATE cases SET version = after.version,
  {", ".join(f"{name} = after.{name}" for name in _MUTABLE)}
  FROM jsonb_populate_recordset(NULL::cases, $1::jsonb) AS after WHERE cases.id = after.id RETURNING cases.id""",
)
_OPEN_DRAFT: Final = Statement(
    "INSERT INTO case_form (case_id, version, answers) SELECT id, 1, $10 FROM $opened",
    opened="""INSERT INTO cases (id, version, state, item_code, item_version, department, branch, window_code,
    applicant_id, applicant_kind, created_at)
  VALUES ($1, 1, 'draft', $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id""",
)
_PLACE: Final = Statement(
    "UPDATE cases SET version = version + 1, branch = $3, window_code = $4"
    " WHERE id = $1 AND version = $2 AND state = 'draft'"
)
_REPIN: Final = Statement(
    "UPDATE cases SET version = version + 1, item_version = $3"
    " WHERE id = $1 AND version = $2 AND state = 'draft'"
)
_NOTE_POSTAGE: Final = Statement("UPDATE cases SET postage_cents = $2 WHERE id = $1")
_WITH_FILES: Final = f"SELECT {SELECTED}, c.files FROM cases c WHERE c.id = $1"
_DELETE: Final = Statement("DELETE FROM cases WHERE id = $1 AND version = $2 AND state = 'draft'")


@cache
def move_statement(edges: int) -> Statement:
    """Case and history of a move over so many edges; a path has six at most. Cheaper for the client than arrays."""
    first = _FIRST + len(_MUTABLE)
    rows = ", ".join(
        "(" + ", ".join(f"${first + edge * len(_EDGE) + at}::{kind}" for at, kind in enumerate(_EDGE)) + ")"
        for edge in range(edges)
    )
    return Statement(
        f"""INSERT INTO case_history
  (case_id, at, version, action, from_state, to_state, actor, officer_id, facts, texts)
SELECT $moved.id, $4::timestamptz, edge.* FROM $moved, (VALUES {rows})
  AS edge (version, action, from_state, to_state, actor, officer_id, facts, texts)
ORDER BY edge.version""",
        moved=f"UPDATE cases SET version = $3, {_ASSIGNMENTS} WHERE id = $1 AND version = $2 RETURNING id",
    )


def read_case(row: asyncpg.Record) -> Case:
    """The case in the first columns of `row`, as `SELECTED` names them."""
    values: list[Any] = list(row)[: len(COLUMNS)]
    values[2] = State(values[2])
    return Case(*values)


class CaseTable:
    """The aggregate's rows. `sealer` seals what people wrote into the history;
    `moved` hears of each move that stands."""

    def __init__(self, sealer: Sealer, moved: Callable[[UUID], None]) -> None:
        self._sealer = sealer
        self._moved = moved

    async def load(self, uow: UnitOfWork, case_id: UUID, *, for_update: bool = False) -> Case | None:
        """`for_update` makes consumers and clocks wait for each other instead of losing a race."""
        row = await (uow.fetchrow(_LOCK, case_id) if for_update else uow.read_row(_LOAD, case_id))
        return read_case(row) if row else None

    async def load_by_number(self, uow: UnitOfWork, case_no: str) -> Case | None:
        row = await uow.read_row(f"SELECT {SELECTED} FROM cases c WHERE c.case_no = $1", case_no)
        return read_case(row) if row else None

    def open_draft(self, uow: UnitOfWork, case: Case, answers: bytes) -> None:
        """`answers` are sealed already."""
        uow.write(
            _OPEN_DRAFT, case.id, case.item_code, case.item_version, case.department, case.branch,
            case.window_code, case.applicant_id, case.applicant_kind, case.created_at, answers,
        )  # fmt: skip

    async def lock_many(self, uow: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, Case]:
        """Those of the cases that are there, locked, by their id."""
        rows = await uow.fetch(_LOCK_MANY, list(case_ids))
        return {row["id"]: read_case(row) for row in rows}

    def write(self, uow: UnitOfWork, moved: Moved) -> None:
        """Case and history, all edges at once; at the commit CaseChangedMeanwhile where another was first."""
        taken, after = moved.taken, moved.case
        uow.write(
            move_statement(len(taken)),
            moved.before.id,
            moved.before.version,
            after.version,
            moved.at,
            *_VALUES(after),
            *(value for step in taken for value in self._edge(step)),
            rows=len(taken),
            otherwise=CaseChangedMeanwhile,
        )
        uow.after_commit(partial(self._moved, after.id))

    def write_all(self, uow: UnitOfWork, told: Sequence[Moved | Note]) -> None:
        """Moves and notes of locked cases, in the order in which they stand in the histories; one statement."""
        if len(told) == 1:  # half the CPU of arrays of one, here and there
            self._write_one(uow, told[0])
            return
        after: dict[UUID, Case] = {}
        lines: list[tuple[Any, ...]] = []
        for one in told:
            if isinstance(one, Note):
                lines.append(
                    (one.case_id, one.at, None, one.about, None, None, "system", None, one.facts, None)
                )
            else:
                after[one.case.id] = one.case
                uow.after_commit(partial(self._moved, one.case.id))
                lines += [(one.case.id, one.at, *self._edge(step)) for step in one.taken]
        rows = [dict(zip(_WRITTEN, _WRITTEN_VALUES(case), strict=True)) for case in after.values()]
        uow.write(
            MOVE_MANY,
            rows,
            *map(list, zip(*lines, strict=True)),
            rows=len(lines),
            otherwise=CaseChangedMeanwhile,
        )

    def _write_one(self, uow: UnitOfWork, told: Moved | Note) -> None:
        if isinstance(told, Moved):
            self.write(uow, told)
        else:
            uow.write(NOTE, told.case_id, told.about, "system", told.at, told.facts)

    def _edge(self, step: Taken) -> tuple[Any, ...]:
        return (
            step.case.version,
            step.edge.action,
            step.edge.source,
            step.edge.target,
            step.by.who,
            step.by.officer_id,
            step.facts,
            self._sealed(step.case.id, step.case.version, step.texts),
        )

    async def versions(self, uow: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, int]:
        """The present version of each case."""
        rows = await uow.read("SELECT id, version FROM cases WHERE id = ANY($1::uuid[])", list(case_ids))
        return {row["id"]: row["version"] for row in rows}

    def place(self, uow: UnitOfWork, case: Case, branch: str | None, window: str | None) -> None:
        """Another place of application, while the case is a draft."""
        uow.write(_PLACE, case.id, case.version, branch, window, rows=1, otherwise=CaseChangedMeanwhile)

    def repin(self, uow: UnitOfWork, case: Case, item_version: int) -> None:
        """Moves a draft to another version of its item."""
        uow.write(_REPIN, case.id, case.version, item_version, rows=1, otherwise=CaseChangedMeanwhile)

    def note_postage(self, uow: UnitOfWork, case_id: UUID, cents: int) -> None:
        """What sending the result of a locked case costs from now on."""
        uow.write(_NOTE_POSTAGE, case_id, cents)

    async def lock_for_change(self, uow: UnitOfWork, case_id: UUID) -> Case | None:
        """The case with its version raised, so that a submission under way notices the change."""
        row = await uow.fetchrow(
            f"UPDATE cases c SET version = version + 1 WHERE id = $1 RETURNING {SELECTED}", case_id
        )
        return read_case(row) if row else None

    async def load_with_files(self, uow: UnitOfWork, case_id: UUID) -> tuple[Case, int] | None:
        """With how many files it holds."""
        row = await uow.read_row(_WITH_FILES, case_id)
        return (read_case(row), row[len(COLUMNS)]) if row else None

    async def delete_draft(self, uow: UnitOfWork, case: Case) -> list[str]:
        """Deletes the draft with its form and materials; returns the store keys of its files."""
        rows = await uow.read("SELECT file_key FROM case_material WHERE case_id = $1", case.id)
        uow.write(_DELETE, case.id, case.version, rows=1, otherwise=CaseChangedMeanwhile)
        return [row["file_key"] for row in rows]

    def _sealed(self, case_id: UUID, version: int, texts: dict[str, Any]) -> bytes | None:
        return seal_json(self._sealer, texts, history_aad(case_id, version)) if texts else None

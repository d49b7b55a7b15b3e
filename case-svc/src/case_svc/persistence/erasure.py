"""What of an applicant's cases may go: drafts at once, ended cases once the years of their rule are over."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.people import NOBODY, Blocker, Outcome, Rule, erased, kept

from ..application.delete_draft import DELETE_FILE
from ..documents.issuing import DocumentIssuer
from ..documents.persistence import loosen
from ..domain.retention import DECIDED, HANDS, UNDECIDED, rule_of
from ..domain.states import LABELS, TERMINAL, State
from ..materials.store import MaterialStore

_OPEN: Final = """SELECT case_no, state FROM cases WHERE applicant_id = $1 AND state <> ALL($2::text[])
AND state <> 'draft' ORDER BY id LIMIT 20"""
_ALL: Final = "SELECT id, state, closed_at FROM cases WHERE applicant_id = $1 ORDER BY id FOR UPDATE"
_LOOSEN: Final = """UPDATE cases SET applicant_masked = NULL, applicant_id = $2, files = 0, version = version + 1
WHERE id = ANY($1::uuid[])"""
_OF_BOTH: Final = (
    "DELETE FROM case_form WHERE case_id = ANY($1::uuid[])",
    "DELETE FROM case_hand WHERE case_id = ANY($1::uuid[])",
    "DELETE FROM break_glass WHERE case_id = ANY($1::uuid[])",
)
_HANDS: Final = "SELECT true FROM case_hand WHERE acted_by = $1 LIMIT 1"
# Also those that another took the place of.
_DOCUMENTS: Final = "SELECT id FROM document WHERE case_id = ANY($1::uuid[]) ORDER BY id"
_MATERIALS: Final = "DELETE FROM case_material WHERE case_id = ANY($1::uuid[]) RETURNING file_key"


async def blockers_of(uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
    rows = await uow.read(_OPEN, account_id, [state.value for state in TERMINAL])
    return [
        Blocker(
            code="case-open",
            zh=f"办件 {row['case_no']} 尚未办结（{LABELS[State(row['state'])][0]}），请等待办结或撤回。",
            en=f"Case {row['case_no']} is open ({LABELS[State(row['state'])][1]}): wait for its end, or withdraw it.",
        )
        for row in rows
    ]


async def erase_cases(
    uow: UnitOfWork, store: MaterialStore, issuer: DocumentIssuer, account_id: UUID
) -> list[Outcome]:
    cases = await uow.fetch(_ALL, account_id)
    drafts = [case["id"] for case in cases if case["state"] == State.DRAFT]
    ended = [case["id"] for case in cases if _is_free(case)]
    files = await _erase_files(uow, [*drafts, *ended])
    await _erase_documents(uow, store, issuer, ended)
    for statement in _OF_BOTH:
        await uow.execute(statement, [*drafts, *ended])
    await uow.execute("UPDATE case_history SET texts = NULL WHERE case_id = ANY($1::uuid[])", ended)
    await uow.execute(_LOOSEN, ended, NOBODY)
    await uow.execute("DELETE FROM case_history WHERE case_id = ANY($1::uuid[])", drafts)
    await uow.execute("DELETE FROM cases WHERE id = ANY($1::uuid[])", drafts)
    await uow.execute("SELECT erase_looks_at($1)", [*drafts, *ended])
    left = [case for case in cases if case["id"] not in {*drafts, *ended}]
    return [
        *erased("草稿", "Drafts", len(drafts)),
        *erased("上传的材料", "Uploaded files", files),
        *erased("保存期满的办件", "Cases kept long enough", len(ended)),
        *_kept(left),
        # Not counted: they are looked for with their cases, not with whoever acted.
        *kept(HANDS, None if await uow.fetchval(_HANDS, account_id) else 0, None),
    ]


def _is_free(case: Any) -> bool:
    rule = rule_of(State(case["state"]))
    if rule not in (DECIDED, UNDECIDED) or case["closed_at"] is None:
        return False
    return bool(case["closed_at"] < rule.free_before(now()))


async def _erase_files(uow: UnitOfWork, cases: Sequence[UUID]) -> int:
    """The files go by jobs after their rows, so that a rollback loses nothing."""
    rows = await uow.fetch(_MATERIALS, cases)
    for row in rows:
        uow.enqueue(DELETE_FILE, row["file_key"])
    return len(rows)


async def _erase_documents(
    uow: UnitOfWork, store: MaterialStore, issuer: DocumentIssuer, cases: Sequence[UUID]
) -> None:
    """The rendered papers; that one was issued, and its check value, stay and name nobody."""
    documents = [row["id"] for row in await uow.fetch(_DOCUMENTS, cases)]
    await loosen(uow, documents, issuer.loosened)
    for document in documents:
        for key in store.keys_for("documents", str(document)):
            uow.enqueue(DELETE_FILE, key)


def _kept(cases: Sequence[Any]) -> list[Outcome]:
    by_rule: dict[Rule, list[datetime | None]] = defaultdict(list)
    for case in cases:
        by_rule[rule_of(State(case["state"]))].append(case["closed_at"])
    return [
        line
        for rule, ends in by_rule.items()
        for line in kept(rule, len(ends), min((end for end in ends if end is not None), default=None))
    ]

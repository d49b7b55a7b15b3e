"""Answers and the applicant's data: one sealed blob each, apart from the often rewritten case row."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import asyncpg
from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..application.records import Editable, Filled, Submission
from ..domain.answers import Answers
from ..domain.errors import CaseChangedMeanwhile
from ..domain.states import State
from .cases import COLUMNS, SELECTED, read_case
from .sealed import answers_aad, applicant_aad, open_json, seal_json

_EDITABLE: Final = """SELECT c.applicant_id, c.state, f.version FROM cases c JOIN case_form f ON f.case_id = c.id
WHERE c.id = $1"""
# The case's version rises as well, so that a submission under way notices.
_SAVE: Final = Statement(
    """UPDATE case_form AS f SET answers = $2, version = f.version + 1 FROM $changed AS changed
WHERE f.case_id = changed.id AND f.version = $3""",
    changed="""UPDATE cases SET version = version + 1
  WHERE id = $1 AND applicant_id = $4 AND state IN ('draft', 'supplement_requested') RETURNING id""",
)

_REPLACE: Final = Statement(
    "UPDATE case_form SET answers = $2, version = version + 1 WHERE case_id = $1 AND version = $3"
)
FORM_COLUMNS: Final = "f.version AS form_version, f.answers, f.applicant"
_WITH_FORM: Final = f"""SELECT {SELECTED}, {FORM_COLUMNS}
FROM cases c JOIN case_form f ON f.case_id = c.id WHERE c.id = $1"""

_FOR_SUBMISSION: Final = f"""SELECT {SELECTED}, {FORM_COLUMNS},
  i.retired_at IS NOT NULL AS retired, nextval('case_no_seq') AS sequence,
  ARRAY(SELECT m.id::text FROM case_material m WHERE m.case_id = c.id) AS material_ids,
  ARRAY(SELECT m.key FROM case_material m WHERE m.case_id = c.id) AS material_keys
FROM cases c JOIN case_form f ON f.case_id = c.id
LEFT JOIN item_version i ON i.code = c.item_code AND i.version = c.item_version
WHERE c.id = $1"""


def read_filled(sealer: Sealer, row: asyncpg.Record) -> Filled:
    """The case with its form in the first columns of `row`, as `SELECTED` and `FORM_COLUMNS` name them."""
    case = read_case(row)
    version, answers, applicant = row[len(COLUMNS) : len(COLUMNS) + 3]
    return Filled(
        case,
        version,
        open_json(sealer, answers, answers_aad(case.id)),
        open_json(sealer, applicant, applicant_aad(case.id)) if applicant else None,
    )


class FormTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def sealed_answers(self, case_id: UUID, answers: Answers) -> bytes:
        return seal_json(self._sealer, answers, answers_aad(case_id))

    async def load(self, uow: UnitOfWork, case_id: UUID) -> Filled | None:
        row = await uow.read_row(_WITH_FORM, case_id)
        return read_filled(self._sealer, row) if row else None

    async def load_for_submission(self, uow: UnitOfWork, case_id: UUID) -> Submission | None:
        row = await uow.read_row(_FOR_SUBMISSION, case_id)
        if row is None:
            return None
        filled = read_filled(self._sealer, row)
        return Submission(filled, row["retired"], row["sequence"], row["material_ids"], row["material_keys"])

    async def editable(self, uow: UnitOfWork, case_id: UUID) -> Editable | None:
        row = await uow.read_row(_EDITABLE, case_id)
        return Editable(row[0], State(row[1]), row[2]) if row else None

    def save(
        self,
        uow: UnitOfWork,
        case_id: UUID,
        applicant_id: UUID,
        answers: Answers,
        version: int,
        otherwise: Callable[[], Exception],
    ) -> None:
        """Over `version` of the form of the applicant's editable case; the commit fails with `otherwise` where it is
        not that.
        """
        sealed = self.sealed_answers(case_id, answers)
        uow.write(_SAVE, case_id, sealed, version, applicant_id, rows=1, otherwise=otherwise)

    def replace(self, uow: UnitOfWork, case_id: UUID, answers: Answers, version: int) -> None:
        """Rewrites the answers of a submitted case, whose state the caller has checked and locked."""
        sealed = self.sealed_answers(case_id, answers)
        uow.write(_REPLACE, case_id, sealed, version, rows=1, otherwise=CaseChangedMeanwhile)

    async def keep_applicant(
        self, uow: UnitOfWork, case_id: UUID, applicant: dict[str, Any], masked: str
    ) -> None:
        """So that nobody has to ask identity-svc again; lists show the masked name from now on."""
        sealed = seal_json(self._sealer, applicant, applicant_aad(case_id))
        await uow.execute(
            "WITH kept AS (UPDATE case_form SET applicant = $2 WHERE case_id = $1)"
            " UPDATE cases SET applicant_masked = $3 WHERE id = $1",
            case_id, sealed, masked,
        )  # fmt: skip

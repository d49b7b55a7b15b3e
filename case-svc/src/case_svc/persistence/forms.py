"""Answers and the applicant's data: one sealed blob each, apart from the often rewritten case row."""

from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ..application.records import Filled, Submission
from ..domain.answers import Answers
from .cases import COLUMNS, SELECTED, read_case
from .sealed import answers_aad, applicant_aad, open_json, seal_json

_SAVE: Final = """WITH changed AS (
  UPDATE cases SET version = version + 1
  WHERE id = $1 AND applicant_id = $2 AND state IN ('draft', 'supplement_requested') RETURNING id
)
UPDATE case_form AS f SET answers = $3, version = f.version + 1 FROM changed
WHERE f.case_id = changed.id AND f.version = $4 RETURNING f.version"""

_WITH_FORM: Final = f"""SELECT {SELECTED}, f.version AS form_version, f.answers, f.applicant
FROM cases c JOIN case_form f ON f.case_id = c.id WHERE c.id = $1"""

_FOR_SUBMISSION: Final = f"""SELECT {SELECTED}, f.version AS form_version, f.answers, f.applicant,
  i.retired_at IS NOT NULL AS retired, nextval('case_no_seq') AS sequence,
  ARRAY(SELECT m.id::text FROM case_material m WHERE m.case_id = c.id) AS material_ids,
  ARRAY(SELECT m.key FROM case_material m WHERE m.case_id = c.id) AS material_keys
FROM cases c JOIN case_form f ON f.case_id = c.id
LEFT JOIN item_version i ON i.code = c.item_code AND i.version = c.item_version
WHERE c.id = $1"""


class FormTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def sealed_answers(self, case_id: UUID, answers: Answers) -> bytes:
        return seal_json(self._sealer, answers, answers_aad(case_id))

    async def load(self, uow: UnitOfWork, case_id: UUID) -> Filled | None:
        row = await uow.fetchrow(_WITH_FORM, case_id)
        return self._filled(row) if row else None

    async def load_for_submission(self, uow: UnitOfWork, case_id: UUID) -> Submission | None:
        row = await uow.fetchrow(_FOR_SUBMISSION, case_id)
        if row is None:
            return None
        return Submission(
            self._filled(row), row["retired"], row["sequence"], row["material_ids"], row["material_keys"]
        )

    async def save(
        self, uow: UnitOfWork, case_id: UUID, applicant_id: UUID, answers: Answers, version: int
    ) -> int | None:
        """The form's new version; None when case, applicant, state or `version` does not fit."""
        saved: int | None = await uow.fetchval(
            _SAVE, case_id, applicant_id, self.sealed_answers(case_id, answers), version
        )
        return saved

    async def replace(self, uow: UnitOfWork, case_id: UUID, answers: Answers, version: int) -> bool:
        """Rewrites the answers of a submitted case, whose state the caller has checked and locked."""
        tag = await uow.execute(
            "UPDATE case_form SET answers = $2, version = version + 1 WHERE case_id = $1 AND version = $3",
            case_id, self.sealed_answers(case_id, answers), version,
        )  # fmt: skip
        return tag == "UPDATE 1"

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

    def _filled(self, row: Any) -> Filled:
        case = read_case(row)
        at = len(COLUMNS)
        answers = open_json(self._sealer, row[at + 1], answers_aad(case.id))
        sealed = row[at + 2]
        applicant = open_json(self._sealer, sealed, applicant_aad(case.id)) if sealed else None
        return Filled(case, row[at], answers, applicant)

"""The applicant hands in what was lacking; answers and files were changed before, like in a draft."""

from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain import acceptance
from ..domain.case import Circumstances, Moved
from ..domain.errors import CaseNotFound, FormInvalid
from ..domain.people import Applicant
from ..domain.transitions import Action, Who, find_edge
from .desk import Desk, within_mandate
from .note_hand import note_hand
from .record_move import record
from .submit_case import form_errors, postage_of


async def answer_supplement(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID, *, note: str | None
) -> tuple[Moved, Circumstances]:
    """Raises IllegalMove, FormInvalid, CaseNotFound."""
    submission = await desk.forms.load_for_submission(uow, case_id)
    if submission is None or submission.case.applicant_id != applicant.id:
        raise CaseNotFound
    within_mandate(applicant, submission.case)
    around = await desk.around(uow, submission.case)
    find_edge(submission.case.state, Action.SUPPLEMENT, Who.APPLICANT, around.item)
    errors = form_errors(desk, submission, around.item)
    if errors:
        raise FormInvalid(errors)
    changes: dict[str, Any] = {}
    if submission.case.postage_cents is not None:  # the result may go elsewhere now
        changes["postage_cents"] = postage_of(desk, around.item, submission.filled.answers)
    moved = acceptance.supplement(submission.case, around, applicant.mover, changes=changes, note=note)
    note_hand(desk, uow, applicant, case_id, "supplemented")
    return await record(desk, uow, moved, around), around

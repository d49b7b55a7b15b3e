"""Autosave: whatever was typed so far, as long as nobody else saved in between."""

from collections.abc import Callable
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.answers import Answers, check_storable, merged
from ..domain.errors import CaseChangedMeanwhile, CaseNotFound, NotEditable
from ..domain.people import Applicant
from ..domain.states import EDITABLE
from .desk import Desk, within_mandate
from .note_hand import note_hand
from .refused import Refused

Stale = Callable[[int], Exception]
"""What to raise where the form has another version than was told; gets that version."""


async def may_save(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID) -> None:
    """Before `save_answers`, for whoever acts within limits; of owners nothing is asked beforehand."""
    if applicant.is_limited:
        await desk.own_case(uow, case_id, applicant)


def save_answers(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    case_id: UUID,
    answers: Answers,
    version: int,
    *,
    stale: Stale,
) -> int:
    """Returns the form's new version; the commit fails with `stale`, NotEditable, CaseNotFound.

    People type, so this is the commonest write of all: it asks nothing beforehand.
    """
    check_storable(answers)

    async def why(later: UnitOfWork) -> Exception:
        found = await desk.forms.editable(later, case_id)
        if found is None or found.applicant_id != applicant.id:
            return CaseNotFound()
        if found.state not in EDITABLE:
            return NotEditable(found.state)
        return (
            CaseChangedMeanwhile(found.state) if found.form_version == version else stale(found.form_version)
        )

    desk.forms.save(uow, case_id, applicant.id, answers, version, otherwise=lambda: Refused(why))
    note_hand(desk, uow, applicant, case_id, "answers")
    return version + 1


async def patch_answers(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    case_id: UUID,
    patch: Answers,
    version: int,
    *,
    stale: Stale,
) -> int:
    """Changes only the answers named; null removes one (RFC 7396)."""
    check_storable(patch)
    filled = await desk.forms.load(uow, case_id)
    if filled is None or filled.case.applicant_id != applicant.id:
        raise CaseNotFound
    within_mandate(applicant, filled.case)
    if filled.form_version != version:
        raise stale(filled.form_version)
    answers = merged(filled.answers, patch)
    return save_answers(desk, uow, applicant, case_id, answers, version, stale=stale)

"""Autosave: whatever was typed so far, as long as nobody else saved in between."""

from collections.abc import Callable
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.answers import Answers, check_storable, merged
from ..domain.errors import CaseNotFound, NotEditable
from ..domain.people import Applicant
from ..domain.states import EDITABLE
from .desk import Desk

Stale = Callable[[int], Exception]
"""What to raise where the form has another version than was told; gets that version."""


async def save_answers(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    case_id: UUID,
    answers: Answers,
    version: int,
    *,
    stale: Stale,
) -> int:
    """Returns the form's new version; raises `stale`, NotEditable, CaseNotFound."""
    check_storable(answers)
    found = await desk.forms.editable(uow, case_id)
    if found is None or found.applicant_id != applicant.id:
        raise CaseNotFound
    if found.state not in EDITABLE:
        raise NotEditable(found.state)
    if found.form_version != version:
        raise stale(found.form_version)
    desk.forms.save(uow, case_id, answers, version, otherwise=lambda: stale(version + 1))
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
    if filled.form_version != version:
        raise stale(filled.form_version)
    answers = merged(filled.answers, patch)
    return await save_answers(desk, uow, applicant, case_id, answers, version, stale=stale)

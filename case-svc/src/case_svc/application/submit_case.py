"""Submission: everything is checked at once, the case gets its number and its unit, the clocks start."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.problems import FieldError

from ..domain import acceptance
from ..domain.answers import Answers
from ..domain.case import Case, Circumstances, Moved
from ..domain.case_number import case_number
from ..domain.differences import differences
from ..domain.errors import CaseNotFound, FormInvalid, ItemVersionRetired, PlaceUnknown, StepUpRequired
from ..domain.form import missing_materials
from ..domain.item import Item
from ..domain.people import Applicant
from ..domain.routing import Unit, needs_branch, place_missing
from ..domain.step_up import step_up
from ..domain.transitions import Action, Who, find_edge
from .answer_query import answer_query
from .desk import Desk, within_mandate
from .note_hand import note_hand
from .record_move import record
from .records import Submission


@dataclass(frozen=True, slots=True)
class Submitted:
    """`result` is what a query or a booking answers at once; None for cases that take their way."""

    moved: Moved
    around: Circumstances
    result: dict[str, Any] | None


async def submit_case(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID) -> Submitted:
    """Raises StepUpRequired, IllegalMove, ItemVersionRetired, FormInvalid, PlaceUnknown, CaseNotFound,
    OutsideMandate.
    """
    submission = await desk.forms.load_for_submission(uow, case_id)
    if submission is None or submission.case.applicant_id != applicant.id:
        raise CaseNotFound
    within_mandate(applicant, submission.case)
    around = await desk.around(uow, submission.case)
    find_edge(submission.case.state, Action.SUBMIT, Who.APPLICANT, around.item)
    if (needed := step_up(around.item, applicant, desk.submit_min_ial)) is not None:
        raise StepUpRequired(needed)
    if submission.item_is_retired:
        current = await desk.items.current(uow, around.item.code)
        raise ItemVersionRetired(current.version, differences(around.item.definition, current.definition))
    unit = await _checked(desk, uow, submission, around.item)
    changes = {
        "case_no": case_number(submission.sequence, around.at),
        "unit": unit.code,
        "amount_cents": _amount(around.item, submission.filled.answers),
        "postage_cents": postage_of(desk, around.item, submission.filled.answers),
    }
    moved = acceptance.submit(submission.case, around, applicant.mover, changes=changes)
    result = await answer_query(desk, uow, applicant, moved.case, around.item, submission.filled.answers)
    if result is not None:
        moved.taken[-1].texts["result"] = result
    note_hand(desk, uow, applicant, case_id, "submitted")
    return Submitted(await record(desk, uow, moved, around), around, result)


async def _checked(desk: Desk, uow: UnitOfWork, submission: Submission, item: Item) -> Unit:
    """The unit the case goes to, once nothing is wrong; otherwise everything that is, in one answer."""
    errors = form_errors(desk, submission, item)
    unit, place = await _route(desk, uow, submission.case, item)
    if place is not None:
        if not errors:
            raise place
        raise FormInvalid([*errors, *place.errors], **place.members)
    if errors:
        raise FormInvalid(errors)
    assert unit is not None
    return unit


def form_errors(desk: Desk, submission: Submission, item: Item) -> list[FieldError]:
    """Answers and required uploads; also what a supplement is checked by."""
    known = {*submission.material_ids, *submission.material_keys}
    errors = desk.items.form(item).errors(submission.filled.answers, known)
    return errors + missing_materials(item, submission.material_keys)


async def _route(
    desk: Desk, uow: UnitOfWork, case: Case, item: Item
) -> tuple[Unit | None, PlaceUnknown | None]:
    places = await desk.organisation.places(uow, item.department)
    if needs_branch(item, case.branch):
        return None, place_missing(item, places)
    branch = None if item.definition.handled_at == "city" else case.branch
    unit = next((unit for unit in places.units if unit.branch == branch), None)
    return (unit, None) if unit else (None, place_missing(item, places))


def postage_of(desk: Desk, item: Item, answers: Answers) -> int | None:
    """What sending the result costs, by where it goes; None where it is not sent, or for free."""
    if not item.owes_postage:
        return None
    return desk.tariff.cents_to(desk.items.form(item).address(answers, "to_applicant"))


def _amount(item: Item, answers: Answers) -> int | None:
    """What the applicant chose to pay; the form has checked its bounds."""
    return answers["amount_cents"] if item.definition.amount_source == "applicant" else None

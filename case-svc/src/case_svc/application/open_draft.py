"""A new application: pinned to the item version offered now."""

from uuid import UUID

from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain.answers import Answers, check_storable
from ..domain.case import Case
from ..domain.errors import ApplicantNotServed, NotEditable, OutsideMandate
from ..domain.people import Applicant
from ..domain.routing import choose_place
from ..domain.states import State
from .desk import Desk
from .note_hand import note_hand


async def open_draft(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    *,
    item_code: str,
    branch: str | None,
    window: str | None,
    answers: Answers,
) -> Case:
    """Raises ItemUnknown, ItemNoLongerOffered, ApplicantNotServed, OutsideMandate, PlaceUnknown."""
    check_storable(answers)
    item = await desk.items.current(uow, item_code)
    if not item.serves(applicant.kind):
        raise ApplicantNotServed(item.definition.applicant)
    if not applicant.may_touch(item.code, item.department):
        raise OutsideMandate(item.code)
    if branch is not None or window is not None:
        places = await desk.organisation.places(uow, item.department)
        branch, window = choose_place(item, places, branch, window)
    case = Case(
        id=uuid7(),
        version=1,
        state=State.DRAFT,
        case_no=None,
        item_code=item.code,
        item_version=item.version,
        department=item.department,
        branch=branch,
        window_code=window,
        unit=None,
        applicant_id=applicant.id,
        applicant_kind=applicant.kind,
        applicant_masked=None,
        created_at=desk.clock(),
    )
    desk.cases.open_draft(uow, case, desk.forms.sealed_answers(case.id, answers))
    note_hand(desk, uow, applicant, case.id, "opened")
    return case


async def change_place(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    case_id: UUID,
    *,
    branch: str | None,
    window: str | None,
) -> None:
    """Where the application shall go, as long as it is a draft."""
    case = await _own_draft(desk, uow, applicant, case_id)
    item = await desk.item_of(uow, case)
    places = await desk.organisation.places(uow, item.department)
    desk.cases.place(uow, case, *choose_place(item, places, branch, window))
    note_hand(desk, uow, applicant, case_id, "placed")


async def move_to_current_version(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID) -> None:
    """Re-pins a draft whose item was published anew; its answers stay, and are checked at submission."""
    case = await _own_draft(desk, uow, applicant, case_id)
    current = await desk.items.current(uow, case.item_code)
    if current.version != case.item_version:
        desk.cases.repin(uow, case, current.version)
        note_hand(desk, uow, applicant, case_id, "renewed")


async def _own_draft(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID) -> Case:
    case = await desk.own_case(uow, case_id, applicant)
    if case.state is not State.DRAFT:
        raise NotEditable(case.state)
    return case

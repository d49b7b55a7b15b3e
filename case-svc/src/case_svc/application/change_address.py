"""A better address for a parcel, until courier-svc is told of it; from then on it is the shipment's."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork
from contracts.case import CaseAddressChanged

from ..domain.answers import Answers
from ..domain.case import Case
from ..domain.errors import AddressNotOpen, CaseNotFound, FormInvalid
from ..domain.item import Item
from ..domain.people import Applicant
from ..domain.states import State
from .desk import Desk, within_mandate
from .note_hand import note_hand
from .ports import Direction
from .record_move import common_facts
from .submit_case import postage_of

_BEFORE_ACCEPTANCE: Final = frozenset(
    {State.DRAFT, State.SUBMITTED, State.SUPPLEMENT_REQUESTED, State.SUPPLEMENTED}
)
_OPEN: Final[dict[Direction, frozenset[State]]] = {
    "from_applicant": _BEFORE_ACCEPTANCE,  # which asks for the pick-up
    "to_applicant": _BEFORE_ACCEPTANCE | {State.ACCEPTED, State.AWAITING_PAYMENT, State.IN_PRODUCTION},
}


async def choose_address(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    case_id: UUID,
    saved_address_id: UUID,
    direction: Direction = "to_applicant",
) -> None:
    """Takes one of the applicant's address book, as it is at this moment; who acts for them may choose, too.

    Raises SavedAddressUnknown, SavedAddressUnavailable, and what `change_address` does.
    """
    await desk.own_case(uow, case_id, applicant)
    await uow.release()  # identity-svc is asked now, and the pool is small
    place = await desk.people.saved_address(applicant.id, saved_address_id)
    await change_address(desk, uow, applicant, case_id, place, direction)


async def change_address(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    case_id: UUID,
    place: dict[str, str],
    direction: Direction = "to_applicant",
) -> None:
    """Replaces where the result goes, or where the originals are fetched.

    `place`: province, city, county, address, name, phone. Where an item's form has one address for both ways, both
    change. Raises AddressNotOpen, FormInvalid, CaseNotFound.
    """
    locked = await desk.cases.lock_for_change(uow, case_id)
    filled = await desk.forms.load(uow, case_id)
    if locked is None or filled is None or locked.applicant_id != applicant.id:
        raise CaseNotFound
    within_mandate(applicant, locked)
    item = await desk.item_of(uow, locked)
    form = desk.items.form(item)
    field = form.address_field(direction)
    if field is None or locked.state not in _OPEN[direction]:
        raise AddressNotOpen(locked.state)
    answers = filled.answers | {field: place}
    prefix = f"/answers/{field}"
    errors = [error for error in form.errors(answers, ()) if error.path.startswith(prefix)]
    if errors:
        raise FormInvalid(errors)
    desk.forms.replace(uow, case_id, answers, filled.form_version)
    note_hand(desk, uow, applicant, case_id, "address")
    if locked.state is not State.DRAFT:
        changed = [way for way in _OPEN if form.address_field(way) == field]
        _tell(desk, uow, applicant, _with_postage(desk, uow, locked, item, answers), changed)


def _with_postage(desk: Desk, uow: UnitOfWork, case: Case, item: Item, answers: Answers) -> Case:
    """The case with what sending its result costs now; what was paid already is payment-svc's to know."""
    if case.postage_cents is None:
        return case
    cents = postage_of(desk, item, answers)
    if cents is None or cents == case.postage_cents:
        return case
    desk.cases.note_postage(uow, case.id, cents)
    return case.changed(postage_cents=cents)


def _tell(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case: Case, changed: Sequence[Direction]
) -> None:
    """In its history, and to others; `case` has its version raised."""
    at, by = desk.clock(), applicant.mover
    desk.history.note(uow, case.id, "address_changed", at, by.facts | {"addresses": list(changed)})
    event = CaseAddressChanged(**common_facts(case, by, at), postage_cents=case.postage_cents)
    uow.emit(event, version=case.version)

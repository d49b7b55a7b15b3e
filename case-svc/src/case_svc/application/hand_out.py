"""What other services may know of a case, by id, when they need it.

Each look is recorded before anything is told, and only then: the record cannot be taken back.
"""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.errors import AddressMissing, CaseNotFound, ReferenceMissing
from .desk import Desk
from .records import Filled


async def hand_out_address(
    desk: Desk, uow: UnitOfWork, case_id: UUID, direction: str, *, service: str
) -> dict[str, str]:
    """Name, phone, province, city, county, address for a parcel; raises AddressMissing."""
    filled = await _filled(desk, uow, case_id)
    form = desk.items.form(await desk.item_of(uow, filled.case))
    place = form.address(filled.answers, direction)
    if place is None:
        raise AddressMissing(case_id, direction)
    await desk.history.record_view(uow, case_id, viewer=service, unit=None, what="address")
    return {part: place.get(part, "") for part in ("name", "phone", "province", "city", "county", "address")}


async def hand_out_payment_reference(
    desk: Desk, uow: UnitOfWork, case_id: UUID, *, service: str
) -> dict[str, str]:
    """The number under which the issuing system knows the sum; raises ReferenceMissing."""
    filled = await _filled(desk, uow, case_id)
    decision_no = filled.answers.get("decision_no")
    if not isinstance(decision_no, str):
        raise ReferenceMissing(case_id)
    await desk.history.record_view(uow, case_id, viewer=service, unit=None, what="payment_reference")
    return {"decision_no": decision_no}


async def _filled(desk: Desk, uow: UnitOfWork, case_id: UUID) -> Filled:
    filled = await desk.forms.load(uow, case_id)
    if filled is None:
        raise CaseNotFound
    return filled

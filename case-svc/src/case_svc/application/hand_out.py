"""What other services may know of a case, by id, when they need it; each look is recorded."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.errors import AddressMissing, CaseNotFound, ReferenceMissing
from .desk import Desk
from .records import Filled


async def hand_out_address(
    desk: Desk, uow: UnitOfWork, case_id: UUID, direction: str, *, service: str
) -> dict[str, str]:
    """Name, phone, province, city, county, address for a parcel; raises AddressMissing."""
    filled, note = await _asked(desk, uow, case_id, service, "address")
    form = desk.items.form(await desk.item_of(uow, filled.case))
    place = form.address(filled.answers, direction)
    if place is None:
        await desk.folders.take_back(uow, case_id, note)
        raise AddressMissing(case_id, direction)
    return {part: place.get(part, "") for part in ("name", "phone", "province", "city", "county", "address")}


async def hand_out_payment_reference(
    desk: Desk, uow: UnitOfWork, case_id: UUID, *, service: str
) -> dict[str, str]:
    """The number under which the issuing system knows the sum; raises ReferenceMissing."""
    filled, note = await _asked(desk, uow, case_id, service, "payment_reference")
    decision_no = filled.answers.get("decision_no")
    if not isinstance(decision_no, str):
        await desk.folders.take_back(uow, case_id, note)
        raise ReferenceMissing(case_id)
    return {"decision_no": decision_no}


async def _asked(desk: Desk, uow: UnitOfWork, case_id: UUID, service: str, what: str) -> tuple[Filled, int]:
    """The case with its answers, and the number of the note that `service` was told of it."""
    told = await desk.folders.tell(uow, case_id, service=service, what=what)
    if told is None:
        raise CaseNotFound
    return told

"""Writing a move: documents first, then its events and clocks, and the case with its history in one statement."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from contracts.case import CaseCompleted
from contracts.events import Event

from ..domain.case import Case, Circumstances, Moved, Taken
from ..domain.item import Item
from ..domain.people import Mover
from ..domain.states import State
from ..domain.transitions import Action, Who
from .desk import Desk

DEEMED_ACCEPTANCE = "case.accept_by_silence"
CLOSE_UNPAID = "case.close_unpaid"


_WHY_ANEW: Final = {"lost": "原件在寄递中丢失，已重新制发", "damaged": "原件在寄递中损坏，已重新制发"}


async def record(desk: Desk, uow: UnitOfWork, moved: Moved, around: Circumstances) -> Moved:
    """Returns the move as written; the commit fails with CaseChangedMeanwhile when another was first."""
    moved = await announce(desk, uow, moved, around)
    desk.cases.write(uow, moved)
    return moved


async def announce(desk: Desk, uow: UnitOfWork, moved: Moved, around: Circumstances) -> Moved:
    """All that goes with a move but the case itself: document, events, clocks."""
    if moved.has(Action.PRODUCE):
        moved = await _with_document(desk, uow, moved, around)
    if moved.has(Action.REISSUE) and moved.before.document_id is not None:
        await desk.documents.supersede(uow, moved.before.document_id, _WHY_ANEW[moved.taken[0].facts["why"]])
    for step in moved.taken:
        uow.emit(event_of(step, around.item, moved.at), version=step.case.version)
    _set_clocks(uow, moved)
    return moved


async def _with_document(desk: Desk, uow: UnitOfWork, moved: Moved, around: Circumstances) -> Moved:
    case = moved.case
    assert case.case_no is not None and case.unit is not None
    document_id = await desk.documents.issue(
        uow,
        case_id=case.id,
        case_no=case.case_no,
        item=around.item.definition,
        unit=case.unit,
        applicant_id=case.applicant_id,
        issued_at=moved.at,
        holder_masked=case.applicant_masked,
    )
    return moved.with_document(document_id)


def _set_clocks(uow: UnitOfWork, moved: Moved) -> None:
    """A job for each state that ends by itself; leaving the state forgets it."""
    key = str(moved.before.id)
    for step in moved.taken:
        if deemed_at := step.facts.get("deemed_at"):
            uow.enqueue(DEEMED_ACCEPTANCE, key, run_at=datetime.fromisoformat(deemed_at))
        if due := step.facts.get("payment_due_at"):
            uow.enqueue(CLOSE_UNPAID, key, run_at=datetime.fromisoformat(due))
    if moved.taken[0].by.who is Who.CLOCK:
        return  # the job that moved the case ends itself
    left = moved.before.state
    if left in (State.SUBMITTED, State.SUPPLEMENTED):
        uow.cancel_job(DEEMED_ACCEPTANCE, key)
    if left is State.AWAITING_PAYMENT:
        uow.cancel_job(CLOSE_UNPAID, key)


def event_of(step: Taken, item: Item, at: datetime) -> Event:
    """The event of one edge, as the contract wants it."""
    return step.edge.event(**common_facts(step.case, step.by, at), **_details(step, item))


def common_facts(case: Case, by: Mover, at: datetime) -> dict[str, Any]:
    """What every event of a case says of it, and of who did something with it."""
    return {
        "case_id": case.id,
        "case_no": case.case_no,
        "item_code": case.item_code,
        "item_version": case.item_version,
        "department": case.department,
        "unit": case.unit,
        "applicant_id": case.applicant_id,
        "state": case.state.value,
        "occurred_at": at,
        "actor": by.who.value,
        "officer_id": by.officer_id,
        "acted_by": by.acted_by,
        "mandate_id": by.mandate_id,
    }


def _details(step: Taken, item: Item) -> dict[str, Any]:
    """What an event says beyond the common facts."""
    case, facts = step.case, step.facts
    match step.edge.action:
        case Action.SUBMIT | Action.SUPPLEMENT:
            return {"response_due_at": case.response_due_at}
        case Action.ACCEPT:
            return {"promise_due_at": case.promise_due_at}
        case Action.REVIEW:
            return {"level": facts["level"], "levels": facts["levels"]}
        case Action.APPROVE | Action.DENY:
            return {"promise_due_at": case.promise_due_at, "in_time": facts["in_time"]}
        case Action.REQUEST_PAYMENT:
            return {
                "amount_cents": case.amount_cents,
                "amount_source": item.definition.amount_source,
                "purpose": item.definition.name,
            }
        case Action.REQUEST_POSTAGE:
            return {"amount_cents": case.postage_cents, "purpose": f"{item.definition.name}（寄递费）"}
        case Action.PAY:
            return {"order_id": case.order_id, "amount_cents": case.amount_cents}
        case Action.PRODUCE:
            return {"document_id": case.document_id}
        case Action.REQUEST_DISPATCH:
            definition = item.definition
            anew = case.shipment_id is not None  # made anew: its postage was paid with the first
            return {"postage_free": case.postage_cents is None or anew, "id_bound": definition.id_bound}
        case Action.DISPATCH | Action.RETURN:
            return {"shipment_id": UUID(facts["shipment_id"])}
        case Action.REISSUE:
            revoked = facts.get("revoked_document_id")
            return {
                "shipment_id": UUID(facts["shipment_id"]),
                "why": facts["why"],
                "revoked_document_id": UUID(revoked) if revoked else None,
            }
    if step.edge.event is CaseCompleted:
        return {"deciding_officer_id": case.deciding_officer_id, "how": facts["how"]}
    return {}

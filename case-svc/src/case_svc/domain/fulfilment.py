"""Money, production and parcels: what news from payment and courier do to a case."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from .case import Case, Circumstances, Moved, completion, move
from .people import CLOCK, SYSTEM, Mover, Officer, as_mover
from .states import State
from .transitions import Action

_REISSUED_FROM: Final = frozenset({State.IN_TRANSIT, State.RETURNED, State.COMPLETED})


def pay(
    case: Case, around: Circumstances, by: Mover, *, order_id: UUID, amount_cents: int, booked_at: datetime
) -> Moved:
    """`by` is the system that heard of the money, and names who paid for the applicant."""
    return move(
        case,
        Action.PAY,
        by,
        around,
        changes={"order_id": order_id, "amount_cents": amount_cents, "paid_at": booked_at},
        facts={"order_id": str(order_id), "amount_cents": amount_cents},
    )


def close_unpaid(case: Case, around: Circumstances) -> Moved:
    return move(case, Action.CLOSE_UNPAID, CLOCK, around, changes={"closed_at": around.at})


def produce(case: Case, officer: Officer, around: Circumstances) -> Moved:
    return move(case, Action.PRODUCE, as_mover(officer), around)


def collect(case: Case, officer: Officer, around: Circumstances) -> Moved:
    """No parcel brought it: a claim about one that came before makes nothing anew."""
    ending = completion("collected", around)
    changes = ending["changes"] | {"shipment_id": None}
    return move(case, Action.COLLECT, as_mover(officer), around, changes=changes, facts=ending["facts"])


def reissue(case: Case, around: Circumstances, *, shipment_id: UUID, why: str) -> Moved | None:
    """What was in that parcel is made anew; None where the case has gone on without it.

    The case that was completed by its delivery is open again until the new one has come.
    """
    if case.shipment_id != shipment_id or case.state not in _REISSUED_FROM:
        return None
    facts = {"shipment_id": str(shipment_id), "why": why}
    if case.document_id is not None:
        facts["revoked_document_id"] = str(case.document_id)
    changes = {"closed_at": None, "document_id": None}
    return move(case, Action.REISSUE, SYSTEM, around, changes=changes, facts=facts)


class ParcelNews(StrEnum):
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    RETURNED = "returned"


def follow_parcel(case: Case, news: ParcelNews, shipment_id: UUID, around: Circumstances) -> Moved | None:
    """The edges that `news` of a parcel to the applicant imply; None when it tells nothing new.

    Shipments are sent in order, but two shipments of one case are not ordered between each other, and
    a push may be lost: `delivered` implies that the parcel had been picked up, news of the next
    shipment that the last one had come back, and late news of an earlier shipment changes nothing.
    """
    known = case.shipment_id
    if known == shipment_id and case.state is State.AWAITING_DISPATCH:  # late news of one that was made anew
        return None
    if known is not None and shipment_id < known:  # version 7: the later shipment has the higher id
        return None
    match case.state:
        case State.IN_TRANSIT if shipment_id == known:
            return None if news is ParcelNews.PICKED_UP else _arrive(case, news, shipment_id, around)
        case State.IN_TRANSIT:
            back = _arrive(case, ParcelNews.RETURNED, known or shipment_id, around)
            return back.then(_send(back.case, news, shipment_id, around))
        case State.RETURNED if shipment_id == known and news is ParcelNews.RETURNED:
            return None
        case State.AWAITING_DISPATCH | State.RETURNED:
            return _send(case, news, shipment_id, around)
    return None


def _send(case: Case, news: ParcelNews, shipment_id: UUID, around: Circumstances) -> Moved:
    """In transit with this shipment, and on to what `news` says beyond that."""
    sent = _dispatch(case, shipment_id, around)
    if news is ParcelNews.PICKED_UP:
        return sent
    return sent.then(_arrive(sent.case, news, shipment_id, around))


def _dispatch(case: Case, shipment_id: UUID, around: Circumstances) -> Moved:
    changes, facts = {"shipment_id": shipment_id}, {"shipment_id": str(shipment_id)}
    return move(case, Action.DISPATCH, SYSTEM, around, changes=changes, facts=facts)


def _arrive(case: Case, news: ParcelNews, shipment_id: UUID, around: Circumstances) -> Moved:
    if news is ParcelNews.RETURNED:
        return move(case, Action.RETURN, SYSTEM, around, facts={"shipment_id": str(shipment_id)})
    return move(case, Action.DELIVER, SYSTEM, around, **completion("delivered", around))

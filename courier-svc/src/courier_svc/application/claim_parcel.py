"""A parcel is called lost or damaged; the unit, or the courier's answer, has what was in it made anew."""

from datetime import datetime

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.courier import ShipmentClaimMoved

from courier_svc.domain.acts import Act, Doer
from courier_svc.domain.claims import Claim, ClaimState, Kind, is_made_anew, may_claim, may_reissue
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import Move

from .desk import TELL_CLAIM, Desk

NOBODY_IN_PARTICULAR = Doer()


async def open_claim(
    desk: Desk, uow: UnitOfWork, shipment: Shipment, kind: Kind, words: str | None, by: Doer
) -> Claim:
    """Of a locked shipment. `words` stay with us: the courier is told which of its parcels, and lost or damaged.

    Raises NothingToClaim, ClaimTooEarly, ClaimTooLate, AlreadyClaimed.
    """
    moment = now()
    may_claim(shipment, kind, desk.policy.claims, moment, by_officer=by.officer_id is not None)
    claim_id = uuid7()
    claim = Claim(
        id=claim_id,
        shipment_id=shipment.id,
        order_no=shipment.order_no,
        courier=shipment.courier,
        kind=kind,
        state=ClaimState.OPENED,
        opened_at=moment,
        sealed_words=desk.sealer.seal(words.encode(), claim_id.bytes) if words else None,
    )
    await desk.claims.add(uow, claim)
    desk.shipments.add_act(uow, Act(uuid7(), shipment.id, "claimed", moment, by))
    uow.enqueue(TELL_CLAIM, str(claim.id))
    _tell(desk, uow, shipment, claim, moment, by)
    return claim


def reissue(desk: Desk, uow: UnitOfWork, shipment: Shipment, claim: Claim, by: Doer) -> None:
    """An officer does not wait for the courier. Of a locked shipment; twice is once.

    Raises ClaimEnded, NotLost, NothingToMakeAnew.
    """
    if claim.reissued_at is not None:
        return
    may_reissue(shipment, claim)
    moment = now()
    desk.shipments.add_act(uow, Act(uuid7(), shipment.id, "reissued", moment, by))
    _write_off(desk, shipment, claim, moment)
    claim.reissued_at = moment
    desk.claims.save(uow, claim)
    _tell(desk, uow, shipment, claim, moment, by, reissue=True)


def move_claim(
    desk: Desk, uow: UnitOfWork, shipment: Shipment, claim: Claim, to: ClaimState, cents: int | None = None
) -> None:
    """What became of it at the courier. Of a locked shipment; what is no step is nothing."""
    moment = now()
    if not claim.go_on(to, moment):
        return
    anew = False
    if to is ClaimState.COMPENSATED:
        claim.compensation_cents = cents
        anew = is_made_anew(shipment, claim)
        _write_off(desk, shipment, claim, moment)
        claim.reissued_at = moment if anew else claim.reissued_at
    if not claim.is_open:
        claim.purge_at = moment + desk.policy.keep_proof
    desk.claims.save(uow, claim)
    _tell(desk, uow, shipment, claim, moment, NOBODY_IN_PARTICULAR, reissue=anew)


def _write_off(desk: Desk, shipment: Shipment, claim: Claim, moment: datetime) -> None:
    """Its parcel will not come any more: what is lost ends, so that a new one can be sent."""
    if claim.kind == "lost" and shipment.order_no == claim.order_no and shipment.can(Move.LOST):
        shipment.move(Move.LOST, moment)
        shipment.attention = shipment.sealed_next_address = shipment.cancel_requested_at = None
        desk.plan_purge(shipment, moment)


def _tell(
    desk: Desk,
    uow: UnitOfWork,
    shipment: Shipment,
    claim: Claim,
    at: datetime,
    by: Doer,
    *,
    reissue: bool = False,
) -> None:
    shipment.version += 1
    desk.shipments.save(uow, shipment)
    event = ShipmentClaimMoved(
        shipment_id=shipment.id,
        case_id=shipment.case_id,
        direction=shipment.direction,
        occurred_at=at,
        waybill_no=shipment.waybill_no,
        claim_id=claim.id,
        case_no=shipment.case_no,
        applicant_id=shipment.applicant_id,
        kind=claim.kind,
        state=claim.state.value,
        reissue=reissue,
        compensation_cents=claim.compensation_cents,
        officer_id=by.officer_id,
        acted_by=by.acted_by,
        mandate_id=by.mandate_id,
    )
    uow.emit(event, version=shipment.version)

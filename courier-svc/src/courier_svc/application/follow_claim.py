"""The courier is told of a claim, and asked until it has decided. One claim, one number, however often it is told."""

from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from courier_svc.domain.claims import Claim, ClaimState, turned_up
from courier_svc.domain.shipment import Shipment

from .claim_parcel import move_claim
from .desk import ASK_CLAIM, Desk
from .ports import ClaimAnswer, Leg

_DECIDED = {
    ClaimAnswer.What.COMPENSATED: ClaimState.COMPENSATED,
    ClaimAnswer.What.REFUSED: ClaimState.REFUSED,
    ClaimAnswer.What.FOUND: ClaimState.FOUND,
}


async def tell_claim(desk: Desk, job: Job, begin: Begin) -> None:
    """Key: the claim."""
    claim = await _open_one(desk, job, begin)
    if claim is None:
        return
    calls = desk.carriers.named(claim.courier).calls
    answer = await calls.open_claim(await _leg(desk, begin, claim), str(claim.id), claim.kind)
    refused, waits = answer.what is ClaimAnswer.What.REFUSED, answer.what is ClaimAnswer.What.PENDING
    async with begin() as uow:
        shipment, present = await _locked(desk, uow, claim.id)
        # One step a commit: what was decided already, while its answer was lost, is asked for again at once.
        step = ClaimState.REFUSED if refused else ClaimState.WITH_COURIER
        if not _found(desk, uow, shipment, present):
            move_claim(desk, uow, shipment, present, step)
        if present.is_open:
            later = desk.policy.ask_claim_after if waits else timedelta()
            uow.enqueue(ASK_CLAIM, str(claim.id), run_at=now() + later)
        await job.done(uow)


async def ask_claim(desk: Desk, job: Job, begin: Begin) -> None:
    """Key: the claim. Again and again, until it is decided, or what was lost has turned up."""
    claim = await _open_one(desk, job, begin)
    if claim is None:
        return
    calls = desk.carriers.named(claim.courier).calls
    answer = await calls.claim(await _leg(desk, begin, claim), str(claim.id))
    async with begin() as uow:
        shipment, present = await _locked(desk, uow, claim.id)
        _apply(desk, uow, shipment, present, answer)
        await (job.again(uow, now() + desk.policy.ask_claim_after) if present.is_open else job.done(uow))


async def _open_one(desk: Desk, job: Job, begin: Begin) -> Claim | None:
    """The claim, where the courier is still to be asked; None, and the job is done, where it is not."""
    async with begin() as uow:
        shipment, claim = await _locked(desk, uow, UUID(job.key))
        _found(desk, uow, shipment, claim)
        if not claim.is_open:
            await job.done(uow)
            return None
        return claim


def _found(desk: Desk, uow: UnitOfWork, shipment: Shipment, claim: Claim) -> bool:
    """Ends the claim of what is not lost after all, also where it turned up while the courier was answering."""
    if not (claim.is_open and claim.kind == "lost" and turned_up(shipment, claim)):
        return False
    move_claim(desk, uow, shipment, claim, ClaimState.FOUND)
    return True


async def _leg(desk: Desk, begin: Begin, claim: Claim) -> Leg:
    async with begin() as uow:
        return Leg(claim.order_no, await desk.claims.waybill(uow, claim.order_no))


async def _locked(desk: Desk, uow: UnitOfWork, claim_id: UUID) -> tuple[Shipment, Claim]:
    """The shipment first, as everybody else does."""
    known = await desk.claims.get(uow, claim_id)
    assert known is not None, "claims are never deleted"
    shipment = await desk.shipments.lock(uow, known.shipment_id)
    claim = await desk.claims.get(uow, claim_id)
    assert shipment is not None and claim is not None
    return shipment, claim


def _apply(desk: Desk, uow: UnitOfWork, shipment: Shipment, claim: Claim, answer: ClaimAnswer) -> None:
    decided = _DECIDED.get(answer.what)
    if decided is not None and not _found(desk, uow, shipment, claim):
        move_claim(desk, uow, shipment, claim, decided, answer.compensation_cents)

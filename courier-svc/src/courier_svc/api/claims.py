"""Lost and damaged parcels: called so by who waits for them or by the unit, which may have it made anew."""

from typing import Annotated
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow, requires_idempotency_key
from contracts.tokens import Role
from fastapi import Depends

from courier_svc.application.access import is_of_unit, may_send
from courier_svc.application.claim_parcel import open_claim, reissue
from courier_svc.domain.claim_errors import ClaimNotFound
from courier_svc.domain.errors import ShipmentNotFound

from .claim_views import ClaimIn, ClaimView
from .shipments import OfDesk, Sender, doer

router = Router(prefix="/api/shipments/{shipment_id}/claims", tags=["claims"])

Sworn = Annotated[Caller, Depends(allow(Role.OFFICER, Role.SUPERVISOR))]


@router.post("", status_code=201, summary="报丢失或损坏 · call a parcel lost or damaged")
@requires_idempotency_key
async def open_parcel_claim(
    shipment_id: UUID, body: ClaimIn, uow: Uow, caller: Sender, desk: OfDesk
) -> ClaimView:
    """丢失：揽收后多日没有消息；损坏：签收后数日内 · Lost: days without news; damaged: within days of the delivery.

    快递公司确认后，承办单位免费重新制发并寄送 · Once the courier admits it, it is made anew and sent for free.
    """
    shipment = await desk.shipments.lock(uow, shipment_id)
    if shipment is None or not may_send(caller, shipment):
        raise ShipmentNotFound()
    claim = await open_claim(desk, uow, shipment, body.kind, body.words, doer(caller))
    return ClaimView.of(claim, body.words)


@router.post("/{claim_id}/reissue", summary="决定重新制发 · have it made anew, whatever the courier says")
@requires_idempotency_key
async def reissue_document(
    shipment_id: UUID, claim_id: UUID, uow: Uow, caller: Sworn, desk: OfDesk
) -> ClaimView:
    """原凭证作废，制作新的，免费寄送；不等快递公司答复 · The old document is revoked and a new one is sent for free."""
    shipment = await desk.shipments.lock(uow, shipment_id)
    if shipment is None or not is_of_unit(caller, shipment):
        raise ShipmentNotFound()
    claim = await desk.claims.get(uow, claim_id)
    if claim is None or claim.shipment_id != shipment_id:
        raise ClaimNotFound()
    reissue(desk, uow, shipment, claim, doer(caller))
    return ClaimView.of(claim, desk.words_of_claim(claim))

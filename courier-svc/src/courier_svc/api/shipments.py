"""Shipments as the applicant and the officers of the unit see them."""

from typing import Annotated
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow, answer_not_stored, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query, Request, Response

from courier_svc.application.access import is_applicant, may_see, may_send
from courier_svc.application.act_on_parcel import redirect_parcel, resend_parcel
from courier_svc.application.desk import Desk
from courier_svc.application.print_label import print_label
from courier_svc.domain.acts import Doer
from courier_svc.domain.address import Address
from courier_svc.domain.errors import ShipmentNotFound
from courier_svc.domain.shipment import Shipment

from .claim_views import ClaimView
from .schemas import AddressIn, ResendIn, SavedChoice, ShipmentDetail, ShipmentView, scan_view

router = Router(prefix="/api/shipments", tags=["shipments"])

_LAST = UUID(int=2**128 - 1)
_APPLICANTS = (Role.CITIZEN, Role.COMPANY)
_OFFICERS = (Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)

Reader = Annotated[Caller, Depends(allow(*_APPLICANTS, *_OFFICERS, acting=True))]
Sender = Annotated[Caller, Depends(allow(*_APPLICANTS, Role.OFFICER, Role.SUPERVISOR, acting=True))]
Police = Annotated[Caller, Depends(allow(*_OFFICERS))]
Applicant = Annotated[Caller, Depends(allow(*_APPLICANTS, acting=True))]


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


OfDesk = Annotated[Desk, Depends(_desk)]


@router.get("", summary="寄递列表 · shipments, newest first")
async def list_shipments(
    uow: Uow,
    caller: Reader,
    desk: OfDesk,
    case_id: Annotated[UUID | None, Query(description="只看这个办件 · of this case only")] = None,
    attention: Annotated[
        bool, Query(description="只看需要处理的（警员） · officers: those to look at")
    ] = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[ShipmentView]:
    """The applicant sees their own, an officer those of the unit."""
    if case_id is not None:
        found = [one for one in await desk.shipments.of_case(uow, case_id) if may_see(caller, one)]
        return Page(items=[ShipmentView.of(one) for one in found])
    key = decode_cursor(cursor, UUID)
    before = key[0] if key else _LAST
    if caller.has(*_OFFICERS):
        unit = caller.claims.unit or ""
        found = await desk.shipments.of_unit(uow, unit, before, limit + 1, attention=attention)
    else:
        found = await desk.shipments.of_applicant(uow, caller.account_id, before, limit + 1)
    page = found[:limit]
    more = encode_cursor(page[-1].id) if len(found) > limit else None
    # Whoever acts within limits may get shorter pages.
    return Page(items=[ShipmentView.of(one) for one in page if may_see(caller, one)], next=more)


@router.get("/{shipment_id}", summary="寄递详情与轨迹 · one shipment with every scan")
async def read_shipment(shipment_id: UUID, uow: Uow, caller: Reader, desk: OfDesk) -> ShipmentDetail:
    shipment = await desk.shipments.get(uow, shipment_id)
    if shipment is None or not may_see(caller, shipment):
        raise ShipmentNotFound()
    reports = await desk.reports.of_shipment(uow, shipment_id)
    scans = [scan_view(report, desk.words_of(report.courier, report.body)) for report in reports]
    acts = await desk.shipments.acts(uow, shipment_id)
    claims = [
        ClaimView.of(one, desk.words_of_claim(one)) for one in await desk.claims.of_shipment(uow, shipment_id)
    ]
    return ShipmentDetail.with_scans(
        shipment, desk.open(shipment), desk.open_proof(shipment), scans, acts, claims
    )


@router.post("/{shipment_id}/resend", summary="重新寄出 · send a returned one again")
@requires_idempotency_key
async def resend(shipment_id: UUID, body: ResendIn, uow: Uow, caller: Sender, desk: OfDesk) -> ShipmentView:
    """Under a new waybill; to the address given or chosen, or to the case's."""
    address = body.address.to_address() if body.address else None
    if body.saved_address_id is not None:
        shipment = await desk.shipments.get(uow, shipment_id)
        if shipment is None or not may_send(caller, shipment):
            raise ShipmentNotFound()
        address = await _saved(desk, uow, caller, body.saved_address_id)
    shipment = await _locked(desk, uow, shipment_id)
    if not may_send(caller, shipment):
        raise ShipmentNotFound()
    resend_parcel(desk, uow, shipment, address, doer(caller))
    return ShipmentView.of(shipment)


@router.put("/{shipment_id}/address", summary="修改地址（揽收前） · change the address until it is picked up")
async def put_address(
    shipment_id: UUID, body: AddressIn, uow: Uow, caller: Applicant, desk: OfDesk
) -> ShipmentView:
    """Where the courier already has the order, it takes effect once the old one was given back."""
    shipment = await _locked(desk, uow, shipment_id)
    if not is_applicant(caller, shipment):
        raise ShipmentNotFound()
    redirect_parcel(desk, uow, shipment, body.to_address(), doer(caller))
    return ShipmentView.of(shipment)


@router.put(
    "/{shipment_id}/address/saved",
    summary="从地址簿选用地址（揽收前） · an address of the book, until it is picked up",
)
async def choose_address(
    shipment_id: UUID, body: SavedChoice, uow: Uow, caller: Applicant, desk: OfDesk
) -> ShipmentView:
    """As if it was typed; what the book says now is copied."""
    shipment = await desk.shipments.get(uow, shipment_id)
    if shipment is None or not is_applicant(caller, shipment):
        raise ShipmentNotFound()
    address = await _saved(desk, uow, caller, body.saved_address_id)
    shipment = await _locked(desk, uow, shipment_id)
    redirect_parcel(desk, uow, shipment, address, doer(caller))
    return ShipmentView.of(shipment)


@router.post(
    "/{shipment_id}/label",
    summary="打印面单 · the label to print, as the courier makes it",
    response_class=Response,
    responses={200: {"description": "PDF", "content": {"application/pdf": {}}}},
)
@answer_not_stored
async def print_parcel_label(shipment_id: UUID, uow: Uow, caller: Police, desk: OfDesk) -> Response:
    """From the courier's answer to the order until pick-up. It names the applicant, who sees that it was printed."""
    shipment = await desk.shipments.get(uow, shipment_id)
    if shipment is None or not may_see(caller, shipment):
        raise ShipmentNotFound()
    label = await print_label(desk, uow, shipment, doer(caller))
    return Response(label, media_type="application/pdf", headers={"Cache-Control": "no-store"})


async def _saved(desk: Desk, uow: Uow, caller: Caller, address_id: UUID) -> Address:
    await uow.release()  # identity-svc is asked now, and the pool is small
    return await desk.saved.fetch(caller.account_id, address_id)


def doer(caller: Caller) -> Doer:
    if caller.actor is not None:
        return Doer(acted_by=caller.actor.sub, mandate_id=caller.actor.mandate)
    return Doer(officer_id=caller.account_id) if caller.has(*_OFFICERS) else Doer()


async def _locked(desk: Desk, uow: Uow, shipment_id: UUID) -> Shipment:
    shipment = await desk.shipments.lock(uow, shipment_id)
    if shipment is None:
        raise ShipmentNotFound()
    return shipment

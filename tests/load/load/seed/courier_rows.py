"""What a life leaves in courier-svc: shipments, their leg, the courier's scans."""

from dataclasses import fields
from datetime import datetime, timedelta
from operator import attrgetter

import orjson
from chassis.clock import SHANGHAI
from chassis.sealing import Sealer
from courier_svc.channels.scans import scan_id
from courier_svc.domain.shipment import Shipment, order_number
from courier_svc.domain.transitions import Move, State

from .answers import place
from .batch import Batch, Columns
from .chance import Chance
from .life import Life, LifeTeller, Parcel

_SERVICE = "courier-svc"
_SHIPMENT = tuple(one.name for one in fields(Shipment) if one.name != "revision")
COURIER_COLUMNS: Columns = {
    "shipment": _SHIPMENT,
    "leg": ("order_no", "shipment_id", "number", "why", "begun_at", "courier", "waybill_no"),
    "courier_report": (
        "id", "courier", "event_id", "shipment_id", "order_no", "waybill_no", "code", "occurred_at", "heard_at",
        "source", "verdict", "sealed_body",
    ),
}  # fmt: skip
_KEPT = timedelta(days=30)
"""Addresses and scans are emptied so long after the parcel's end."""

_COURIER = "ems"
_CODE_OF = {Move.PICKED_UP: "203", Move.MOVED: "305", Move.DELIVERED: "704"}
_shipment_values = attrgetter(*_SHIPMENT)


class CourierRows:
    def __init__(
        self, batch: Batch, chance: Chance, sealer: Sealer, teller: LifeTeller, now: datetime
    ) -> None:
        self._batch = batch
        self._chance = chance
        self._sealer = sealer
        self._teller = teller
        self._now = now

    def add(self, life: Life) -> None:
        for parcel in life.parcels:
            self._add_parcel(life, parcel)

    def _add_parcel(self, life: Life, parcel: Parcel) -> None:
        case = life.case
        assert case.case_no is not None
        shipment = Shipment(
            id=parcel.id, case_id=case.id, case_no=case.case_no, applicant_id=case.applicant_id, unit=life.unit,
            department=case.department, direction=parcel.direction,  # type: ignore[arg-type]
            postage_free=True,
            id_bound=parcel.direction == "to_applicant" and life.item.definition.id_bound,
            courier=_COURIER, requested_at=parcel.requested_at,
            state=State.REQUESTED, version=0, leg=1, order_no=order_number(parcel.id, 1),
            waybill_no=parcel.waybill_no, ordered_at=parcel.requested_at,
        )  # fmt: skip
        kept = parcel.delivered_at + _KEPT > self._now
        self._walk(life, shipment, parcel, kept)
        if kept:
            address = place(self._chance, life.name, life.phone)
            shipment.sealed_address = self._sealer.seal(orjson.dumps(address), shipment.id.bytes)
            shipment.purge_at = parcel.delivered_at + _KEPT
        shipment.last_heard_at = parcel.delivered_at
        self._batch.add(_SERVICE, "shipment", *_shipment_values(shipment))
        self._batch.add(
            _SERVICE, "leg", shipment.order_no, shipment.id, 1, "first", parcel.requested_at, _COURIER,
            parcel.waybill_no,
        )  # fmt: skip

    def _walk(self, life: Life, shipment: Shipment, parcel: Parcel, kept: bool) -> None:
        moved_at = parcel.picked_up_at + (parcel.delivered_at - parcel.picked_up_at) / 2
        ways = (
            (Move.PLACED, parcel.requested_at),
            (Move.PICKED_UP, parcel.picked_up_at),
            (Move.MOVED, moved_at),
            (Move.DELIVERED, parcel.delivered_at),
        )
        for move, at in ways:
            for event, version in shipment.move(move, at):
                self._teller.note_event(life, _SERVICE, event, version, at)
            if move is not Move.PLACED:
                self._add_report(shipment, _CODE_OF[move], at, kept)
        if parcel.direction == "from_applicant":
            facts = {"shipment_id": str(parcel.id), "waybill_no": parcel.waybill_no}
            life.notes.append(("originals_picked_up", parcel.picked_up_at, facts))
            life.notes.append(("originals_delivered", parcel.delivered_at, facts))

    def _add_report(self, shipment: Shipment, code: str, at: datetime, kept: bool) -> None:
        assert shipment.waybill_no is not None
        event_id = scan_id(shipment.waybill_no, code, at)
        body = {
            "orderNo": shipment.order_no, "waybillNo": shipment.waybill_no, "opCode": code,
            "opTime": f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", "opDesc": "快件扫描",
        }  # fmt: skip
        sealed = self._sealer.seal(orjson.dumps(body), event_id.encode()) if kept else None
        self._batch.add(
            _SERVICE, "courier_report", self._chance.uuid7(at), _COURIER, event_id, shipment.id, shipment.order_no,
            shipment.waybill_no, code, at, at, "push", "applied", sealed,
        )  # fmt: skip

"""Somebody redirects a parcel or has it sent again: done, kept with who did it, and told."""

from typing import Final

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.courier import ShipmentAddressChanged, ShipmentSentAgain

from courier_svc.domain.acts import Act, Doer, What
from courier_svc.domain.address import Address
from courier_svc.domain.shipment import Shipment

from .desk import Desk
from .give_back_order import change_address
from .send_again import send_again

_EVENT: Final[dict[What, type[ShipmentAddressChanged | ShipmentSentAgain]]] = {
    "address_changed": ShipmentAddressChanged,
    "sent_again": ShipmentSentAgain,
}


def redirect_parcel(desk: Desk, uow: UnitOfWork, shipment: Shipment, address: Address, by: Doer) -> None:
    """A locked shipment goes elsewhere. Raises what `change_address` does."""
    change_address(desk, uow, shipment, address)
    _note(desk, uow, shipment, "address_changed", by)


def resend_parcel(desk: Desk, uow: UnitOfWork, shipment: Shipment, address: Address | None, by: Doer) -> None:
    """A locked shipment goes out again. Raises what `send_again` does."""
    send_again(desk, uow, shipment, address)
    _note(desk, uow, shipment, "sent_again", by)


def _note(desk: Desk, uow: UnitOfWork, shipment: Shipment, what: What, by: Doer) -> None:
    act = Act(uuid7(), shipment.id, what, now(), by)
    desk.shipments.add_act(uow, act)
    event = _EVENT[what](
        act_id=act.id,
        shipment_id=shipment.id,
        case_id=shipment.case_id,
        case_no=shipment.case_no,
        applicant_id=shipment.applicant_id,
        occurred_at=act.at,
        officer_id=by.officer_id,
        acted_by=by.acted_by,
        mandate_id=by.mandate_id,
    )
    uow.emit(event, version=1)

"""What every use case works with, put together once in `bootstrap.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer
from contracts.events import Event

from courier_svc.domain.address import Address
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import State

from .ports import AddressBook, Courier, PushDoor, ReportStore, ShipmentStore
from .turns import Turns

PLACE_ORDER: Final = "courier.create_shipment"
CANCEL_ORDER: Final = "courier.cancel_order"
POLL_TRACES: Final = "courier.poll_traces"
APPLY_HELD: Final = "courier.apply_held_reports"
PURGE: Final = "courier.purge_addresses"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long we wait, and how long we keep what names people."""

    poll_after: timedelta
    """Without news for this long, the courier is asked."""
    silent_after: timedelta
    """Without news for this long, a person is told."""
    keep_ended: timedelta
    keep_returned: timedelta


@dataclass(frozen=True, slots=True)
class Desk:
    shipments: ShipmentStore
    reports: ReportStore
    courier: Courier
    door: PushDoor
    addresses: AddressBook
    sealer: Sealer
    office_of: Callable[[str], Address]
    """Where a unit sends from and receives at."""
    policy: Policy
    turns: Turns = field(default_factory=Turns)
    """By order number: pushes about one parcel come in bunches."""

    def seal(self, shipment_id: UUID, address: Address) -> bytes:
        return self.sealer.seal(address.to_bytes(), shipment_id.bytes)

    def open(self, shipment: Shipment) -> Address | None:
        """The applicant's address; None before it was needed and after it was purged."""
        if shipment.sealed_address is None:
            return None
        return Address.from_bytes(self.sealer.open(shipment.sealed_address, shipment.id.bytes))

    def plan_purge(self, shipment: Shipment, moment: datetime) -> None:
        """Says when what is sealed will be emptied; a returned parcel keeps its address for a while."""
        if shipment.state in (State.DELIVERED, State.CANCELLED):
            shipment.purge_at = moment + self.policy.keep_ended
        elif shipment.state is State.RETURNED:
            shipment.purge_at = moment + self.policy.keep_returned


def tell(uow: UnitOfWork, events: list[tuple[Event, int]]) -> None:
    for event, version in events:
        uow.emit(event, version=version)

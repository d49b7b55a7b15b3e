"""What every use case works with, put together once in `bootstrap.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer
from contracts.events import Event

from courier_svc.domain.address import Address
from courier_svc.domain.claims import Claim, ClaimTimes
from courier_svc.domain.proof import Proof
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.statements import StatementLine, Tariff
from courier_svc.domain.transitions import ENDED, State

from .carriers import Carriers
from .ports import (
    AddressBook,
    Carrier,
    ClaimStore,
    PostageStore,
    ReportStore,
    SavedAddresses,
    ShipmentStore,
    StatementStore,
)
from .turns import Turns

PLACE_ORDER: Final = "courier.create_shipment"
CANCEL_ORDER: Final = "courier.cancel_order"
POLL_TRACES: Final = "courier.poll_traces"
ASK_NOW: Final = "courier.ask_now"
"""Beside `POLL_TRACES`, not in its place: whoever puts the next look off must not put a hint off with it."""
TELL_CLAIM: Final = "courier.tell_claim"
ASK_CLAIM: Final = "courier.ask_claim"
WATCH_STATEMENTS: Final = "courier.watch_statements"
FETCH_STATEMENT: Final = "courier.fetch_statement"
MATCH_STATEMENT: Final = "courier.match_statement"
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
    keep_strays: timedelta
    """Reports on no parcel of ours, and those that cannot be read."""
    keep_proof: timedelta
    """As long as one may complain of a delivery."""
    doubt_after: timedelta
    """A hint that the courier's books do not bear out for this long is not true."""
    claims: ClaimTimes
    ask_claim_after: timedelta
    tariffs: Mapping[str, Tariff]
    """By courier: what its contract says that a parcel costs."""
    statement_day: int
    """From this day of the next month on, a statement is asked for."""


@dataclass(frozen=True, slots=True)
class Desk:
    shipments: ShipmentStore
    reports: ReportStore
    claims: ClaimStore
    statements: StatementStore
    read_statement: Callable[[bytes, object], list[StatementLine]]
    carriers: Carriers
    addresses: AddressBook
    postage: PostageStore
    saved: SavedAddresses
    sealer: Sealer
    office_of: Callable[[str], Address]
    """Where a unit sends from and receives at."""
    policy: Policy
    turns: Turns = field(default_factory=Turns)
    """By order number: pushes about one parcel come in bunches."""

    def carrier(self, shipment: Shipment) -> Carrier:
        """Who carries the present leg. Raises CourierNotConfigured."""
        return self.carriers.named(shipment.courier)

    def words_of(self, courier: str, body: bytes | None) -> str:
        """What a stored report says, for people; empty once it was purged or its courier is configured no more."""
        carrier = self.carriers.by_name.get(courier)
        return carrier.door.description(body) if carrier and body else ""

    def seal(self, shipment_id: UUID, address: Address) -> bytes:
        return self.sealer.seal(address.to_bytes(), shipment_id.bytes)

    def open(self, shipment: Shipment) -> Address | None:
        """The applicant's address; None before it was needed and after it was purged."""
        if shipment.sealed_address is None:
            return None
        return Address.from_bytes(self.sealer.open(shipment.sealed_address, shipment.id.bytes))

    def keep_proof(self, shipment: Shipment, proof: Proof, moment: datetime) -> None:
        shipment.sealed_proof = self.sealer.seal(proof.to_bytes(), shipment.id.bytes)
        shipment.proof_purge_at = moment + self.policy.keep_proof

    def open_proof(self, shipment: Shipment) -> Proof | None:
        if shipment.sealed_proof is None:
            return None
        return Proof.from_bytes(self.sealer.open(shipment.sealed_proof, shipment.id.bytes))

    def words_of_claim(self, claim: Claim) -> str | None:
        if claim.sealed_words is None:
            return None
        return self.sealer.open(claim.sealed_words, claim.id.bytes).decode()

    def plan_purge(self, shipment: Shipment, moment: datetime) -> None:
        """Says when what is sealed will be emptied; a returned parcel keeps its address for a while."""
        if shipment.state in ENDED:
            shipment.purge_at = moment + self.policy.keep_ended
        elif shipment.state is State.RETURNED:
            shipment.purge_at = moment + self.policy.keep_returned


def tell(uow: UnitOfWork, events: list[tuple[Event, int]]) -> None:
    for event, version in events:
        uow.emit(event, version=version)

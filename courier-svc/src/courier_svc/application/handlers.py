"""The menu: which event and which job leads to which use case."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from contracts.case import (
    CaseAddressChanged,
    CaseCompleted,
    CaseDispatchRequested,
    CaseWithdrawn,
    PickupRequested,
)
from contracts.events import Event

from courier_svc.domain.shipment import Shipment

from .apply_held import apply_held
from .desk import (
    APPLY_HELD,
    ASK_CLAIM,
    ASK_NOW,
    CANCEL_ORDER,
    FETCH_STATEMENT,
    MATCH_STATEMENT,
    PLACE_ORDER,
    POLL_TRACES,
    PURGE,
    TELL_CLAIM,
    WATCH_STATEMENTS,
    Desk,
)
from .fetch_statements import fetch_statement, match_statement, watch_statements
from .follow_claim import ask_claim, tell_claim
from .give_back_order import cancel_order, cancel_shipments_of_case, cancel_what_was_collected
from .open_shipment import document_to_send, heed_new_address, originals_to_fetch
from .place_order import place_order
from .poll_traces import ask_now, poll_traces
from .purge_addresses import purge_addresses

OnEvent = Callable[[Desk, UnitOfWork, Any], Awaitable[None]]
OnJob = Callable[[Desk, Job, Begin], Awaitable[None]]

OPENINGS: Final[Mapping[type[Event], Callable[[Desk, Any], Shipment]]] = {
    CaseDispatchRequested: document_to_send,
    PickupRequested: originals_to_fetch,
}
"""Events that open a shipment. `hear_cases` applies these and those below, a batch at a time."""

EVENTS: Final[Mapping[type[Event], OnEvent]] = {
    CaseWithdrawn: cancel_shipments_of_case,
    CaseCompleted: cancel_what_was_collected,
    CaseAddressChanged: heed_new_address,
}

JOBS: Final[Mapping[str, OnJob]] = {
    PLACE_ORDER: place_order,
    CANCEL_ORDER: cancel_order,
    POLL_TRACES: poll_traces,
    ASK_NOW: ask_now,
    TELL_CLAIM: tell_claim,
    ASK_CLAIM: ask_claim,
    FETCH_STATEMENT: fetch_statement,
    MATCH_STATEMENT: match_statement,
}

RECURRING: Final[Mapping[str, tuple[OnJob, timedelta]]] = {
    APPLY_HELD: (apply_held, timedelta(minutes=1)),
    PURGE: (purge_addresses, timedelta(hours=6)),
    WATCH_STATEMENTS: (watch_statements, timedelta(hours=1)),
}

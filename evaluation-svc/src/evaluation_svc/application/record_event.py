"""Every event, ours too, goes into the service's own history before anything else is made of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.messages import Received
from contracts.events import Event

from .ports import Desk, Entry


async def record_event(desk: Desk, uow: UnitOfWork, event: Received[Event]) -> None:
    uow.gather(desk.history.append, entry_of(event))


def entry_of(event: Received[Any]) -> Entry:
    return Entry(event.time, event.id, event.type, event.key, event.raw)


def own_entry(event: Event, event_id: UUID, moment: datetime) -> Entry:
    """An event of our own, as the outbox has it: recorded with its cause, not consumed a second time."""
    return Entry(moment, event_id, event.TYPE, event.aggregate_id, event.model_dump_json().encode())

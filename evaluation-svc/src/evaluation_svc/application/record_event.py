"""Every event, ours too, goes into the service's own history before anything else is made of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.messages import Received
from chassis.telemetry import context
from chassis.telemetry.context import WorkContext
from contracts.events import Event

from evaluation_svc.domain.review import Invitation

from .ports import Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event for the history, and the invitation that comes of it. `work` is the event's own."""

    entry: Entry
    invitation: Invitation | None
    work: WorkContext | None


def record_event(event: Received[Any], invitation: Invitation | None = None) -> Recorded:
    entry = Entry(event.time, event.id, event.type, event.key, event.raw)
    return Recorded(entry, invitation, context.current())


def own_entry(event: Event, event_id: UUID, moment: datetime) -> Entry:
    """An event of our own, as the outbox has it: recorded with its cause, not consumed a second time."""
    return Entry(moment, event_id, event.TYPE, event.aggregate_id, event.model_dump_json().encode())

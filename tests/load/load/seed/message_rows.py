"""Outbox, inbox and event history: what a life told, where it is still kept."""

from datetime import datetime, timedelta

from case_svc.application.handlers import ON_EVENT, ON_NEWS
from contracts.case import (
    CaseClosedUnpaid,
    CaseCompleted,
    CaseDispatchRequested,
    CasePaymentRequested,
    CaseWithdrawn,
    PickupRequested,
)
from contracts.events import Event

from .batch import Batch, Columns
from .life import Life, Told

_OUTBOX_KEPT, _INBOX_KEPT = timedelta(days=30), timedelta(days=37)
_SENDING, _HOP = timedelta(milliseconds=20), timedelta(milliseconds=60)
CONSUMERS: dict[str, frozenset[type[Event]]] = {
    "case-svc": frozenset(ON_EVENT) | frozenset(ON_NEWS),
    "payment-svc": frozenset({CasePaymentRequested, CaseWithdrawn, CaseClosedUnpaid}),
    "courier-svc": frozenset({CaseDispatchRequested, PickupRequested, CaseWithdrawn, CaseCompleted}),
}
"""Which service takes which events of a case; evaluation-svc takes all that are not its own."""

_HISTORIAN = "evaluation-svc"
MESSAGE_COLUMNS: Columns = {
    "outbox": ("event_id", "topic", "key", "version", "type", "occurred_at", "payload", "sent_at"),
    "inbox": ("consumer", "event_id", "type", "occurred_at", "applied_at"),
}


class MessageRows:
    def __init__(self, batch: Batch, now: datetime) -> None:
        self._batch = batch
        self._outbox_since = now - _OUTBOX_KEPT
        self._inbox_since = now - _INBOX_KEPT

    def add(self, life: Life) -> None:
        for told in life.told:
            self._add(told)

    def _add(self, told: Told) -> None:
        event, at = told.event, told.at
        key, body = event.aggregate_id, event.__pydantic_serializer__.to_json(event)
        self._batch.add(_HISTORIAN, "event_history", at, told.id, event.TYPE, key, body.decode())
        if at >= self._outbox_since:
            self._batch.add(
                told.producer, "outbox", told.id, event.TOPIC, key, told.version, event.TYPE, at, body,
                at + _SENDING,
            )  # fmt: skip
        if at >= self._inbox_since:
            takers = [name for name, types in CONSUMERS.items() if type(event) in types]
            if told.producer != _HISTORIAN:
                takers.append(_HISTORIAN)
            for name in takers:
                self._batch.add(name, "inbox", name, told.id, event.TYPE, at, at + _HOP)

"""Applying events: effect, inbox row and outbox rows commit together, a batch a transaction."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import structlog
from contracts.events import Event

from ..clock import now
from ..db.faults import is_infrastructure
from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..telemetry import context
from ..telemetry.metrics import EVENT_HOP, EVENTS_APPLIED, EVENTS_PARKED
from . import inbox, parking
from .inbox import Arrival, Position
from .received import Handler, Handlers, Received

log = structlog.get_logger(__name__)


class Applier:
    """Runs the handlers of one consumer. Handlers know nothing of duplicates, order or parking."""

    def __init__(self, consumer: str, handlers: Handlers, begin: Begin) -> None:
        self.consumer = consumer
        self._begin = begin
        self._handlers: dict[str, tuple[type[Event], Handler]] = {
            model.TYPE: (model, handler) for model, handler in handlers.items()
        }
        self._expects_new = True

    def handles(self, type: str) -> bool:
        return type in self._handlers

    def ask_first(self) -> None:
        """What comes next may follow what others took or parked."""
        self._expects_new = False

    async def apply(self, arrivals: Sequence[Arrival], positions: Sequence[Position]) -> None:
        """Applies a batch in one transaction; if anything in it fails, one event a transaction.

        Raises only when the database itself is down; a failing event is parked instead.
        """
        if not (self._expects_new and await self._apply_as_new(arrivals, positions)):
            arrivals = await self._apply_what_is_new(arrivals, positions)
        self._count(arrivals)

    async def _apply_as_new(self, arrivals: Sequence[Arrival], positions: Sequence[Position]) -> bool:
        """As if nothing had come before and nothing were parked, which the one statement that commits makes sure of.

        False where that does not hold, or an event fails: nothing was done then.
        """
        try:
            async with self._begin() as uow:
                await self._run_handlers(arrivals, uow)
                await uow.write_gathered()
                # Last: whoever reads while something waits to be written begins a transaction.
                inbox.take_as_new(uow, self.consumer, arrivals, positions)
        except Exception as error:
            if is_infrastructure(error):
                raise
            # After a resend much will have been taken before; asking first is cheaper until it is new again.
            self._expects_new = False
            return False
        return True

    async def _apply_what_is_new(
        self, arrivals: Sequence[Arrival], positions: Sequence[Position]
    ) -> Sequence[Arrival]:
        """Returns those that did not fail."""
        try:
            async with self._begin() as uow:
                taken = await inbox.take(uow, self.consumer, arrivals, positions)
                await self._run_handlers(_first_of_each(arrivals, taken.new), uow, taken.parked)
            # While anything is parked it may be taken up between a handler's reads and the look at its key.
            self._expects_new = len(taken.new) == len(arrivals) and not taken.anything_parked
        except Exception as error:
            if is_infrastructure(error):
                raise
            log.warning(
                "batch_failed", consumer=self.consumer, events=len(arrivals), cause=parking.describe(error)
            )
            return await self._one_by_one(arrivals, positions)
        return arrivals

    async def _run_handlers(
        self, arrivals: Sequence[Arrival], uow: UnitOfWork, parked: Collection[tuple[str, str]] = ()
    ) -> None:
        seen: set[tuple[str, str]] = set()
        for arrival in arrivals:
            if arrival.place in parked:
                await parking.park_behind(uow, self.consumer, arrival)
                continue
            if arrival.place in seen and uow.waiting:
                # One statement cannot change a row twice: what waits is written first.
                await uow.connection()
            seen.add(arrival.place)
            await self.run_handler(arrival, uow)

    async def _one_by_one(
        self, arrivals: Sequence[Arrival], positions: Sequence[Position]
    ) -> Sequence[Arrival]:
        applied = []
        for arrival in arrivals:
            try:
                async with self._begin() as uow:
                    taken = await inbox.take(uow, self.consumer, [arrival], [])
                    if arrival.envelope.id not in taken.new:
                        continue
                    if arrival.place in taken.parked:
                        await parking.park_behind(uow, self.consumer, arrival)
                    else:
                        await self.run_handler(arrival, uow)
                applied.append(arrival)
            except Exception as error:
                if is_infrastructure(error):
                    raise
                await self._park(arrival, error)
        async with self._begin() as uow:
            await inbox.take(uow, self.consumer, [], positions)
        return applied

    async def _park(self, arrival: Arrival, error: Exception) -> None:
        EVENTS_PARKED.labels(arrival.envelope.type).inc()
        log.error(
            "event_parked", consumer=self.consumer, event_id=str(arrival.envelope.id), type=arrival.envelope.type,
            cause=parking.describe(error), exc_info=error,
        )  # fmt: skip
        async with self._begin() as uow:
            taken = await inbox.take(uow, self.consumer, [arrival], [])
            if arrival.envelope.id in taken.new:
                await parking.park(uow, self.consumer, arrival, error)

    async def run_handler(self, arrival: Arrival, uow: UnitOfWork) -> None:
        """Validates the body and calls the handler, inside the trace of the event."""
        envelope = arrival.envelope
        model, handler = self._handlers[envelope.type]
        work = context.continued(
            envelope.traceparent, correlation_id=envelope.correlation_id, causation_id=str(envelope.id)
        )
        token = context.enter(work)
        try:
            received: Received[Any] = Received(
                id=envelope.id,
                type=envelope.type,
                time=envelope.time,
                key=arrival.key,
                data=model.model_validate_json(arrival.record.value),
                raw=arrival.record.value,
                correlation_id=envelope.correlation_id,
            )
            await handler(received, uow)
        finally:
            context.leave(token)

    def _count(self, arrivals: Sequence[Arrival]) -> None:
        moment = now()
        for type, count in Counter(arrival.envelope.type for arrival in arrivals).items():
            EVENTS_APPLIED.labels(type).inc(count)
        for arrival in arrivals:
            EVENT_HOP.observe(max(0.0, (moment - arrival.envelope.time).total_seconds()))


def _first_of_each(arrivals: Sequence[Arrival], new: set[Any]) -> list[Arrival]:
    """The new ones in order; the relay may have sent one event twice within a batch."""
    remaining = set(new)
    chosen = []
    for arrival in arrivals:
        if arrival.envelope.id in remaining:
            remaining.discard(arrival.envelope.id)
            chosen.append(arrival)
    return chosen

"""Replaying parked events: by the clock, or because a person asked."""

import asyncio

import structlog

from ..db.faults import is_infrastructure
from ..jobs.begin import Begin
from . import parking
from .applier import Applier

log = structlog.get_logger(__name__)


class Replayer:
    """Takes up the parked events of one consumer, key by key, oldest first."""

    def __init__(self, applier: Applier, begin: Begin, *, poll_seconds: float = 1.0) -> None:
        self._applier = applier
        self._begin = begin
        self._poll = poll_seconds

    async def run(self) -> None:
        """Retries what is due, until cancelled."""
        while True:
            try:
                await self.replay_due()
            except Exception as error:
                if not is_infrastructure(error):
                    log.exception("replay_failed", consumer=self._applier.consumer)
            await asyncio.sleep(self._poll)

    async def replay_due(self) -> None:
        async with self._begin() as uow:
            due = await parking.keys_due(uow, self._applier.consumer)
        for topic, key in due:
            await self.replay_key(topic, key)

    async def replay_key(self, topic: str, key: str) -> bool:
        """Applies the parked events of one key until one fails; True when none is left that we could take."""
        while True:
            failure: tuple[int, int, Exception] | None = None
            try:
                async with self._begin() as uow:
                    found = await parking.first_of_key(uow, self._applier.consumer, topic, key)
                    if found is None:
                        return True
                    row_id, attempts, arrival = found
                    failure = row_id, attempts, RuntimeError("not attempted")
                    await self._applier.run_handler(arrival, uow)
                    await parking.remove(uow, row_id)
            except Exception as error:
                if is_infrastructure(error) or failure is None:
                    raise
                async with self._begin() as uow:
                    await parking.keep_failing(uow, failure[0], failure[1] + 1, error)
                return False

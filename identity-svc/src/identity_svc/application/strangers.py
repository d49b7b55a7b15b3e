"""Telling holders that strangers used up the tries at their phone or badge: once a day, by a job.

The job is enqueued whether there is a holder or not, and finds out itself: whoever is refused learns nothing from how
long that takes.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from prometheus_client import Counter

from ..domain.errors import TooManyAttempts, TooManyCodes
from ..domain.limits import Allowance, Limit
from ..domain.places import Asker
from .ports import KeyedHash, Messages, Throttle

TELL_HOLDER: Final = "identity.tell_of_strangers"
_ONCE: Final = Limit(1, timedelta(days=1))
_USED_UP = Counter(
    "identity_strangers_used_up_total",
    "Phones and badges at which strangers used up what they share, a day",
    ["of"],
)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Watch:
    """`asker` is filled in as soon as it is known who asks."""

    asker: Asker | None = None


class _ToldAlready(Exception):
    """Rolls back what was counted for telling once more."""


class Strangers:
    def __init__(self, begin: Begin, throttle: Throttle, keyed_hash: KeyedHash) -> None:
        self._begin = begin
        self._throttle = throttle
        self._hash = keyed_hash

    @contextlib.asynccontextmanager
    async def watched(self, uow: UnitOfWork | None = None) -> AsyncIterator[Watch]:
        """Passes refusals on. `uow` is given back first: nobody may hold one connection and wait for another."""
        watch = Watch()
        try:
            yield watch
        except (TooManyAttempts, TooManyCodes) as refusal:
            if refusal.by_strangers and watch.asker is not None:
                if uow is not None:
                    await uow.rollback()
                await self._tell(watch.asker)
            raise

    async def _tell(self, asker: Asker) -> None:
        key = self._hash(f"told:{asker.identifier}")
        with contextlib.suppress(_ToldAlready):
            async with self._begin() as uow:
                if await self._throttle.take(uow, [Allowance(key, _ONCE)]):
                    raise _ToldAlready
                holder = str(asker.owner_id) if asker.owner_id else None
                uow.enqueue(TELL_HOLDER, key.hex(), {"holder": holder, "is_officer": asker.is_officer})
                of = "badge" if asker.is_officer else "phone"
                uow.after_commit(lambda: _USED_UP.labels(of).inc())
                log.warning("strangers_used_up_tries", of=of, key=key.hex()[:16])


class TellHolder:
    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            if holder := job.payload["holder"]:
                kind = "strangers_at_badge" if job.payload["is_officer"] else "strangers_at_phone"
                await self._messages.tell(uow, UUID(holder), kind, {})
            await job.done(uow)

"""Keeps the log of revocations in Redis as the database has it, for gateways that cannot ask us."""

import asyncio
import contextlib
import secrets
import time

import structlog
from chassis.db.faults import is_infrastructure
from chassis.jobs import Begin

from ..domain.revocations import Revocation
from .ports import LogMark, LogUnavailable, RevocationLog, Revocations

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_DISTANCE_SECONDS = 0.1


class PublishRevocations:
    """Woken by a revocation's commit; a look each second finds what another process committed, or one that died.

    The log itself says how far it goes, so whoever comes next goes on from there. A log that Redis lost is written
    anew, whole. Several of us may publish at once: whoever was slower looks again.
    """

    def __init__(self, begin: Begin, revocations: Revocations, published: RevocationLog) -> None:
        self._begin = begin
        self._revocations = revocations
        self._log = published
        self._wake = asyncio.Event()
        self._generation = ""
        self._told: dict[Revocation, None] = {}
        self._works = True

    def wake(self) -> None:
        """Something was revoked; called after the commit."""
        self._wake.set()

    async def run(self) -> None:
        """Publishes whenever Redis and the database are there, until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.publish()
                self._works = True
            except Exception as error:
                if not isinstance(error, LogUnavailable) and not is_infrastructure(error):
                    raise
                if self._works:  # once, not each second
                    log.warning("revocations_not_published", cause=repr(error))
                self._works = False
            await asyncio.sleep(_DISTANCE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _LOOK_SECONDS - _DISTANCE_SECONDS)

    async def publish(self) -> None:
        """Writes what the log lacks. Raises LogUnavailable."""
        mark = await self._log.mark()
        async with self._begin() as uow:
            look = await self._revocations.since(uow, mark.cursor if mark else None)
        whole = mark is None or look.whole
        generation = secrets.token_hex(8) if mark is None or whole else mark.generation
        if generation != self._generation:
            self._generation, self._told = generation, {}
        # A transaction under way anywhere brings the same rows with each look, until it ends.
        new = [revocation for revocation in look.revoked if revocation not in self._told]
        passed = bool(look.revoked) and mark is not None and look.cursor > mark.cursor
        if not (whole or new or passed):
            return
        if await self._log.put(mark, LogMark(generation, look.cursor), new):
            moment = time.time()
            self._told = {old: None for old in self._told if old.forget_at.timestamp() > moment}
            self._told |= dict.fromkeys(new)
            if whole:
                log.info("revocations_published_whole", count=len(new))

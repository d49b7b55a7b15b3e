"""Waking a relay that leads in another process: one debounced NOTIFY, after the commit, on its own."""

import asyncio

import asyncpg
import structlog

from ..db.pool import Pool
from .relay import WAKE_CHANNEL

log = structlog.get_logger(__name__)

_DEBOUNCE_SECONDS = 0.02


class Notifier:
    """Never inside the transaction: NOTIFY there takes a global lock at commit and halves the rate."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._pending: asyncio.Task[None] | None = None

    def notify(self) -> None:
        if self._pending is None or self._pending.done():
            self._pending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        await asyncio.sleep(_DEBOUNCE_SECONDS)
        try:
            await self._pool.execute(f"NOTIFY {WAKE_CHANNEL}")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.info("notify_failed", cause=repr(error))  # the relay's slow poll stands behind this

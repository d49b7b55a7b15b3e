"""Looks through all channels all the time, each at its own pace, none waiting for another."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

import structlog

from ..metrics import REVOCATION_AGE, REVOCATION_LOOKS, REVOCATIONS
from .channel import Channel, LookFailed
from .view import RevocationView

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0
_FIRST_SECONDS = 3.0
_LOOK_SECONDS = 10.0
_STEP = 0.02


class RevocationWatch:
    def __init__(self, view: RevocationView, channels: Sequence[Channel]) -> None:
        self._view = view
        self._channels = channels

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The view is kept while this block runs. It begins once there is one, or after three seconds without."""
        REVOCATION_AGE.set_function(lambda: self._view.age)
        REVOCATIONS.set_function(lambda: self._view.known)
        looking = [asyncio.create_task(self._keep_looking(channel)) for channel in self._channels]
        try:
            until = time.monotonic() + _FIRST_SECONDS
            while not self._view.is_whole and time.monotonic() < until:
                await asyncio.sleep(_STEP)
            if not self._view.is_whole:
                log.warning("revocations_unknown", action="personal routes answer 503 until a channel tells")
            yield
        finally:
            for task in looking:
                task.cancel()
            await asyncio.gather(*looking, return_exceptions=True)
            for channel in self._channels:
                await channel.close()

    async def _keep_looking(self, channel: Channel) -> None:
        tells = True
        while True:
            cause = await self._look(channel)
            if cause is not None and tells:  # once, not each second
                log.warning("revocations_not_told", channel=channel.name, cause=repr(cause))
            elif cause is None and not tells:
                log.info("revocations_told_again", channel=channel.name)
            tells = cause is None
            REVOCATION_LOOKS.labels(channel.name, "told" if tells else "failed").inc()
            await asyncio.sleep(channel.pause if tells else _RETRY_SECONDS)

    async def _look(self, channel: Channel) -> BaseException | None:
        """Why the look failed, None where it did not."""
        task = asyncio.current_task()
        assert task is not None
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await channel.look(self._view)
        except (LookFailed, TimeoutError, *channel.failures) as error:
            return error
        except asyncio.CancelledError as error:
            # aiokafka lets out one of its own when a connection breaks under it.
            if task.cancelling():
                raise
            return error
        except Exception as error:
            log.exception("revocation_look_failed", channel=channel.name)
            return error
        return None

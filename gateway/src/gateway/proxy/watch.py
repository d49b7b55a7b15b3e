"""While an exchange runs: the caller may hang up, the service may stop taking the body."""

import asyncio
from types import TracebackType

from starlette.types import Receive

from .body import CallerGone, Upload
from .refusals import slow

# Most answers come sooner, and pay nothing for being watched.
_INTERVAL = 0.25


class Watch:
    """Ends the block with CallerGone when the caller hangs up, UpstreamSlow when the service stalls the body.

    `patience`: seconds a chunk of the body may wait for the service to take it.
    """

    def __init__(self, receive: Receive, body: bytes | Upload | None, patience: float) -> None:
        self._receive = receive
        self._upload = body if isinstance(body, Upload) else None
        self._patience = patience
        self._listener: asyncio.Task[None] | None = None
        self._verdict: Exception | None = None

    def __enter__(self) -> "Watch":
        self._loop = asyncio.get_running_loop()
        self._exchange = asyncio.current_task()
        self._timer = self._loop.call_later(_INTERVAL, self._look)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()
        if self._verdict is None or self._exchange is None:
            return
        # Our cancellation becomes its reason; one that came from elsewhere as well goes on.
        if self._exchange.uncancel() == 0 and kind is asyncio.CancelledError:
            raise self._verdict from None

    def _look(self) -> None:
        if self._upload is None or self._upload.ended:
            self._listener = self._loop.create_task(self._until_gone())
            return
        offered_at = self._upload.offered_at
        if offered_at is not None and self._loop.time() - offered_at > self._patience:
            self._end(slow())
            return
        self._timer = self._loop.call_later(_INTERVAL, self._look)

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end(CallerGone())

    def _end(self, verdict: Exception) -> None:
        self._verdict = verdict
        if self._exchange is not None:
            self._exchange.cancel()

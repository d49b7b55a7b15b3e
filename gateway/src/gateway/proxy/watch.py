"""While exchanges run: a caller may hang up, a service may stop taking the body."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from starlette.types import Receive

from .body import CallerGone, Upload
from .refusals import slow

_INTERVAL = 0.25


class Watch:
    """Ends the block with CallerGone when the caller hangs up, UpstreamSlow when the service stalls the body.

    `patience`: seconds a chunk of the body may wait for the service to take it. `ended`: why an answer under way
    may go on no longer, None while it may.
    """

    __slots__ = (
        "_ended", "_exchange", "_listener", "_patience", "_receive", "_rounds", "_seen", "_upload", "_verdict"
    )  # fmt: skip

    def __init__(
        self,
        rounds: "Rounds",
        receive: Receive,
        body: bytes | Upload | None,
        patience: float,
        ended: Callable[[], Exception | None] = lambda: None,
    ) -> None:
        self._ended = ended
        self._rounds = rounds
        self._receive = receive
        self._upload = body if isinstance(body, Upload) else None
        self._patience = patience
        self._listener: asyncio.Task[None] | None = None
        self._verdict: Exception | None = None
        self._seen = False

    def __enter__(self) -> "Watch":
        self._exchange = asyncio.current_task()
        self._rounds.join(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rounds.leave(self)
        if self._listener is not None:
            self._listener.cancel()
        if self._verdict is None or self._exchange is None:
            return
        # Our cancellation becomes its reason; one that came from elsewhere as well goes on.
        if self._exchange.uncancel() == 0 and kind is asyncio.CancelledError:
            raise self._verdict from None

    def look(self, moment: float) -> None:
        """`moment` by the loop's clock."""
        if not self._seen:
            self._seen = True  # most are over before we come again, and pay nothing more
        elif self._verdict is not None:
            return
        elif (ended := self._ended()) is not None:
            self._end(ended)
        elif self._listener is not None:
            return
        elif self._upload is not None and self._upload.offered_at is not None:  # the last chunk too
            if moment - self._upload.offered_at > self._patience:
                self._end(slow())
        elif self._upload is None or self._upload.ended:
            self._listener = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end(CallerGone())

    def _end(self, verdict: Exception) -> None:
        self._verdict = verdict
        if self._exchange is not None:
            self._exchange.cancel()


class Rounds:
    """Looks at all exchanges under way four times a second: one timer for all, none where nothing is under way."""

    def __init__(self) -> None:
        self._under_way: set[Watch] = set()
        self._going = False

    def join(self, watch: Watch) -> None:
        self._under_way.add(watch)
        if not self._going:
            self._going = True
            asyncio.get_running_loop().call_later(_INTERVAL, self._go)

    def leave(self, watch: Watch) -> None:
        self._under_way.discard(watch)

    def _go(self) -> None:
        loop = asyncio.get_running_loop()
        moment = loop.time()
        for watch in list(self._under_way):
            watch.look(moment)
        self._going = bool(self._under_way)
        if self._going:
            loop.call_later(_INTERVAL, self._go)

"""Calls to one provider: one connection pool, one place where "nobody knows what it did" is said and counted.

aiohttp on purpose: 80 µs of CPU a call against httpx2's 430 on one machine, on the path of every payment.
"""

import time
from collections.abc import Mapping
from typing import IO

import aiohttp
import structlog
from chassis.partners import Calls
from prometheus_client import Counter
from yarl import URL

from ..domain.errors import ChannelDown

log = structlog.get_logger(__name__)

CALLS = Counter(
    "payment_channel_calls_total", "Calls to payment providers, by how they ended", ["channel", "outcome"]
)
_TIME_OUT = aiohttp.ClientTimeout(total=5, connect=2)
_SLOW_TIME_OUT = aiohttp.ClientTimeout(total=90, connect=2)
_FILE_TIME_OUT = aiohttp.ClientTimeout(total=180, connect=2, sock_read=10)


class ProviderPool:
    """Opened at the first call, closed with the service."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.calls = Calls()
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, url: URL, body: bytes, headers: Mapping[str, str], *, is_slow: bool = False
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and content. Raises ChannelDown where no answer came in time.

        `is_slow`: the provider may first have to make what it is asked for, a bill of a day.
        """
        begun = time.perf_counter()
        try:
            async with self._opened().request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=_SLOW_TIME_OUT if is_slow else _TIME_OUT,
            ) as answer:
                content = await answer.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self.down(type(error).__name__) from error
        if not is_slow:
            self.calls.took(time.perf_counter() - begun)
        return answer.status, answer.headers, content

    async def download(self, url: URL, headers: Mapping[str, str], into: IO[bytes], most: int) -> int | None:
        """Status; the content of a 200 is written into `into`, piece by piece. None: it is longer than `most` bytes.

        Raises ChannelDown where it does not come, or stops coming.
        """
        total = 0
        try:
            async with self._opened().get(
                url, headers=headers, allow_redirects=False, timeout=_FILE_TIME_OUT
            ) as answer:
                if answer.status != 200:
                    return answer.status
                async for piece in answer.content.iter_chunked(1 << 16):
                    total += len(piece)
                    if total > most:
                        return None
                    into.write(piece)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self.down(type(error).__name__) from error
        return answer.status

    def down(self, cause: str) -> ChannelDown:
        """To be raised: what the provider did is unknown until it is asked again."""
        CALLS.labels(self.channel, "unknown").inc()
        self.calls.unknown(cause)
        log.warning("channel_down", channel=self.channel, cause=cause)
        return ChannelDown(self.channel, cause)

    def ended(self, *, done: bool) -> None:
        CALLS.labels(self.channel, "done" if done else "refused").inc()
        self.calls.done() if done else self.calls.refused()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=_TIME_OUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=30),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

"""One signed call to the bank, and the proof of its answer.

aiohttp on purpose: 80 µs of CPU a call against httpx2's 430 on one machine, on the path of every payment.
"""

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
import structlog
from prometheus_client import Counter
from yarl import URL

from ...domain.errors import ChannelDown
from .signing import BankKey, MerchantKey, NotAuthentic, new_nonce

log = structlog.get_logger(__name__)

CALLS = Counter(
    "payment_channel_calls_total", "Calls to payment providers, by how they ended", ["channel", "outcome"]
)
_TIME_OUT = aiohttp.ClientTimeout(total=5, connect=2)


@dataclass(frozen=True, slots=True)
class Answer:
    """A proven answer; `code` is the bank's word for an error, None for success."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str | None:
        return None if self.status < 300 else str(self.body.get("code", self.status))


class BankClient:
    """One connection pool a process, opened at the first call and closed with the service."""

    def __init__(self, base_url: str, merchant: MerchantKey, bank: BankKey, channel: str) -> None:
        self._base = URL(base_url.rstrip("/"), encoded=True)
        self._merchant = merchant
        self._bank = bank
        self._channel = channel
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """The bank's proven answer, errors of 4xx included.

        Raises ChannelDown for everything that leaves unknown what the bank did: no connection, no answer in
        time, one that is not the bank's, or a 5xx. The same call with the same numbers may be made again.
        """
        raw = orjson.dumps(body) if body is not None else b""
        target, nonce = self._base.raw_path + path, new_nonce()
        headers = self._merchant.headers(method, target, raw, nonce=nonce, timestamp=int(time.time()))
        headers["Content-Type"] = "application/json"
        try:
            url = self._base.with_path(target, encoded=True)
            async with self._pool().request(
                method, url, data=raw, headers=headers, allow_redirects=False
            ) as answer:
                content = await answer.read()
                self._bank.prove(answer.headers, content, nonce=nonce)
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self._down(type(error).__name__) from error
        except NotAuthentic as error:
            raise self._down(f"answer not proven: {error.cause}") from error
        return self._read(status, content)

    def _down(self, cause: str) -> ChannelDown:
        CALLS.labels(self._channel, "unknown").inc()
        log.warning("channel_down", channel=self._channel, cause=cause)
        return ChannelDown(self._channel, cause)

    def _read(self, status: int, content: bytes) -> Answer:
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise self._down("answer is not JSON") from error
        if status >= 500 or status == HTTPStatus.UNAUTHORIZED or not isinstance(document, dict):
            # 401 is about our key or clock, not about the payment: nothing the payer could do.
            raise self._down(f"status {status}")
        CALLS.labels(self._channel, "done" if status < 300 else "refused").inc()
        return Answer(status, document)

    def _pool(self) -> aiohttp.ClientSession:
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

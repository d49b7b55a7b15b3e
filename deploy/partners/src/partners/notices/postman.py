"""Carries one attempt of a notice to its receiver, dressed as its partner does it.

The client is aiohttp: see the figures in PROTOCOL.md §13.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

from ..clock import now_ms
from ..faults import Partner
from .book import KEPT_ANSWER, Attempt, Notice

ACK_SECONDS = 5
# Idle connections are dropped before the receiver (uvicorn: 5 s) does: a POST on a closing one would fail.
IDLE_SECONDS = 4
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes over the wire in one attempt."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"


class Sender(Protocol):
    """How one partner sends a notice, what it takes for an acknowledgement, and when it sends again."""

    retry_seconds: tuple[int, ...]
    """After each failed attempt, times the sandbox's time scale; then it is given up."""

    def letter(self, notice: Notice, sent: str) -> Letter:
        """`sent` is `genuine`, `forged` or `stale`."""

    def is_ack(self, status: int, answer: bytes) -> bool: ...


class Postman:
    def __init__(self, senders: Mapping[Partner, Sender]) -> None:
        self._senders = senders
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=ACK_SECONDS),
            skip_auto_headers=("User-Agent", "Accept"),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def retry_seconds(self, notice: Notice) -> tuple[int, ...]:
        return self._senders[notice.partner].retry_seconds

    async def carry(self, notice: Notice, sent: str) -> Attempt:
        """`sent` as in `Attempt`; a failure of any kind is an attempt without acknowledgement."""
        at = now_ms()
        if sent == "dropped":
            return Attempt(at, sent, acked=False, error="lost on its way")
        assert self._session is not None
        sender = self._senders[notice.partner]
        try:
            letter = sender.letter(notice, sent)
            async with self._session.request(
                letter.method,
                URL(letter.url, encoded=True),
                data=letter.body or None,
                headers=letter.headers,
                allow_redirects=False,
            ) as answer:
                raw = await answer.content.read(64 * 1024)
                acked = sender.is_ack(answer.status, raw)
                text = raw[:KEPT_ANSWER].decode("utf-8", "replace")
                return Attempt(at, sent, acked, answer.status, text)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return Attempt(at, sent, acked=False, error=f"{type(error).__name__}: {error}"[:KEPT_ANSWER])

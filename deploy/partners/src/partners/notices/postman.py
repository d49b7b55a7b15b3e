"""Signs one attempt and carries it to the receiver.

The client is aiohttp: see the figures in PROTOCOL.md §13.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from time import time

import aiohttp
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from ..clock import now_ms
from ..faults import Partner
from ..signing import HeaderNames, Signer, signature_headers
from .book import KEPT_ANSWER, Attempt, Notice

ACK_SECONDS = 5
STALE_SECONDS = 600
# Idle connections are dropped before the receiver (uvicorn: 5 s) does: a POST on a closing one would fail.
IDLE_SECONDS = 4
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Sender:
    """How one partner signs and what it takes for an acknowledgement."""

    names: HeaderNames
    signer: Signer
    ack_field: str
    ack_value: str


class Postman:
    def __init__(self, senders: Mapping[Partner, Sender]) -> None:
        self._senders = senders
        self._strangers = {partner: _Impostor(sender.signer.key_id) for partner, sender in senders.items()}
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

    async def carry(self, notice: Notice, sent: str) -> Attempt:
        """`sent` as in `Attempt`; a failure of any kind is an attempt without acknowledgement."""
        at = now_ms()
        if sent == "dropped":
            return Attempt(at, sent, acked=False, error="lost on its way")
        assert self._session is not None
        sender = self._senders[notice.partner]
        try:
            async with self._session.post(
                URL(notice.url, encoded=True),
                data=notice.body,
                headers=self._headers(notice, sender, sent),
                allow_redirects=False,
            ) as answer:
                raw = await answer.content.read(64 * 1024)
                acked = answer.status == 200 and _field(raw, sender.ack_field) == sender.ack_value
                text = raw[:KEPT_ANSWER].decode("utf-8", "replace")
                return Attempt(at, sent, acked, answer.status, text)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return Attempt(at, sent, acked=False, error=f"{type(error).__name__}: {error}"[:KEPT_ANSWER])

    def _headers(self, notice: Notice, sender: Sender, sent: str) -> dict[str, str]:
        signer = self._strangers[notice.partner] if sent == "forged" else sender.signer
        timestamp = int(time()) - (STALE_SECONDS if sent == "stale" else 0)
        pairs = signature_headers(signer, sender.names, notice.body, token_hex(16).encode(), timestamp)
        headers = {name.decode(): value.decode() for name, value in pairs}
        return {"Content-Type": "application/json", **headers}


class _Impostor(Signer):
    """A stranger's key that claims to be the partner's."""

    def __init__(self, claimed_key_id: bytes) -> None:
        super().__init__(Ed25519PrivateKey.generate())
        self.key_id = claimed_key_id


def _field(raw: bytes, name: str) -> object:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return document.get(name) if isinstance(document, dict) else None

"""One signed call to the bank, and the proof of its answer."""

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from yarl import URL

from ..authentic import NotAuthentic
from ..pool import ProviderPool
from .signing import BankKeys, MerchantKey, new_nonce


@dataclass(frozen=True, slots=True)
class Answer:
    """A proven answer; `code` is the bank's word for an error, None for success."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str | None:
        return None if self.status < 300 else str(self.body.get("code", self.status))


class BankClient:
    def __init__(self, base_url: str, merchant: MerchantKey, bank: BankKeys, pool: ProviderPool) -> None:
        self._base = URL(base_url.rstrip("/"), encoded=True)
        self._merchant = merchant
        self._bank = bank
        self._pool = pool

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, is_slow: bool = False
    ) -> Answer:
        """The bank's proven answer, errors of 4xx included.

        Raises ChannelDown for everything that leaves unknown what the bank did: no connection, no answer in
        time, one that is not the bank's, or a 5xx. The same call with the same numbers may be made again.
        """
        raw = orjson.dumps(body) if body is not None else b""
        target, nonce = self._base.raw_path + path, new_nonce()
        headers = self._merchant.headers(method, target, raw, nonce=nonce, timestamp=int(time.time()))
        headers["Content-Type"] = "application/json"
        url = self._base.with_path(target, encoded=True)
        status, answered, content = await self._pool.call(method, url, raw, headers, is_slow=is_slow)
        try:
            self._bank.prove(answered, content, nonce=nonce)
        except NotAuthentic as error:
            raise self._pool.down(f"answer not proven: {error.cause}") from error
        return self._read(status, content)

    def signed_get(self, target: str) -> tuple[URL, dict[str, str]]:
        """Address and headers to fetch a file at the bank: `target` is the whole path, as a proven answer named it."""
        headers = self._merchant.headers("GET", target, b"", nonce=new_nonce(), timestamp=int(time.time()))
        return self._base.with_path(target, encoded=True), headers

    def _read(self, status: int, content: bytes) -> Answer:
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise self._pool.down("answer is not JSON") from error
        if status >= 500 or status == HTTPStatus.UNAUTHORIZED or not isinstance(document, dict):
            # 401 is about our key or clock, not about the payment: nothing the payer could do.
            raise self._pool.down(f"status {status}")
        self._pool.ended(done=status < 300)
        return Answer(status, document)

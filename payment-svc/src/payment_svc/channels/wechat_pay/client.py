"""One signed call to WeChat Pay, and the proof of its answer."""

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from yarl import URL

from ..authentic import NotAuthentic
from ..pool import ProviderPool
from .signing import MerchantKey, ProviderKeys, new_nonce

_AGAIN: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
"""About how we asked, not about the payment: the same may be asked again, once that is mended."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A proven answer; `code` is the provider's word for an error, None for success. 202 is one of its errors."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str | None:
        if self.status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            return None
        return str(self.body.get("code", self.status))


class WeChatPayClient:
    def __init__(
        self, base_url: str, merchant: MerchantKey, provider: ProviderKeys, pool: ProviderPool
    ) -> None:
        self._base = URL(base_url.rstrip("/"), encoded=True)
        self._merchant = merchant
        self._provider = provider
        self._pool = pool

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, is_slow: bool = False
    ) -> Answer:
        """The provider's proven answer, errors of 4xx included. `path` with its query.

        Raises ChannelDown for everything that leaves unknown what it did: no connection, no answer in time, one that
        is not the provider's, or a 5xx. The same call with the same numbers may be made again.
        """
        raw = orjson.dumps(body) if body is not None else b""
        target = self._base.raw_path.rstrip("/") + path
        authorization = self._merchant.authorization(
            method, target, raw, nonce=new_nonce(), timestamp=int(time.time())
        )
        headers = {
            "Authorization": authorization,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Wechatpay-Serial": self._provider.key_id,
        }
        url = URL(f"{self._base.scheme}://{self._base.raw_authority}{target}", encoded=True)
        status, answered, content = await self._pool.call(method, url, raw, headers, is_slow=is_slow)
        try:
            self._provider.prove(answered, content)
        except NotAuthentic as error:
            raise self._pool.down(f"answer not proven: {error.cause}") from error
        return self._read(status, content)

    def signed_get(self, url: URL) -> dict[str, str]:
        """Headers for a GET of `url`, which a proven answer named. Raises ChannelDown where it is not the provider's:
        what we sign goes nowhere else.
        """
        if url.origin() != self._base.origin():
            raise self._pool.down("a link to somewhere else")
        authorization = self._merchant.authorization(
            "GET", url.raw_path_qs, b"", nonce=new_nonce(), timestamp=int(time.time())
        )
        return {"Authorization": authorization, "Wechatpay-Serial": self._provider.key_id}

    def _read(self, status: int, content: bytes) -> Answer:
        try:
            document = orjson.loads(content) if content else {}
        except orjson.JSONDecodeError as error:
            raise self._pool.down("answer is not JSON") from error
        if status >= 500 or status in _AGAIN or not isinstance(document, dict):
            raise self._pool.down(f"status {status}")
        answer = Answer(status, document)
        self._pool.ended(done=answer.code is None)
        return answer

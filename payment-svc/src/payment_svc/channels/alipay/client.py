"""One signed call to Alipay's gateway, and the proof of its answer."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from chassis.clock import SHANGHAI
from yarl import URL

from ..authentic import NotAuthentic
from ..pool import ProviderPool
from .mapping import beijing
from .signing import AlipayKeys, AppKey

_DONE, _REFUSED = "10000", "40004"
_UNKNOWN: Final = frozenset({"ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR"})
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


Content = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A proven answer; `code` is the `sub_code` of a business error, None for success."""

    body: dict[str, Any]
    code: str | None = None


class AlipayClient:
    def __init__(
        self, gateway: str, app_id: str, app: AppKey, alipay: AlipayKeys, pool: ProviderPool
    ) -> None:
        self._gateway = gateway
        self._app_id = app_id
        self._app = app
        self._alipay = alipay
        self._pool = pool

    def page(self, method: str, content: Content, **common: str) -> str:
        """The address the payer's browser opens; nothing is asked of Alipay, which hears of it then."""
        return f"{self._gateway}?{urlencode(self._signed(method, content, common))}"

    async def call(self, method: str, content: Content, *, is_slow: bool = False, **common: str) -> Answer:
        """Alipay's proven answer.

        Raises ChannelDown for everything that leaves unknown what it did, a complaint about our key, clock or
        configuration included. The same call with the same numbers may be made again.
        """
        params = self._signed(method, content, common)
        body = urlencode({"biz_content": params.pop("biz_content")}).encode()
        url = URL(f"{self._gateway}?{urlencode(params)}", encoded=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        status, _, raw = await self._pool.call("POST", url, body, headers, is_slow=is_slow)
        if status != 200:
            raise self._pool.down(f"status {status}")
        return self._read(self._proven(raw, f"{method.replace('.', '_')}_response"))

    def _signed(self, method: str, content: Content, common: dict[str, str]) -> dict[str, str]:
        params = {
            "app_id": self._app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": beijing(datetime.now(SHANGHAI)),
            "version": "1.0",
            "biz_content": json.dumps(dict(content), ensure_ascii=False, separators=(",", ":")),
            **common,
        }
        return params | {"sign": self._app.sign(params)}

    def _proven(self, raw: bytes, member: str) -> dict[str, Any]:
        try:
            members = members_of(raw.decode())
            inner, _ = members.get(member) or members["error_response"]
            _, signature = members["sign"]
            self._alipay.prove(inner.encode(), str(signature).encode())
            document = json.loads(inner)
        except (ValueError, RecursionError) as error:
            raise self._pool.down("answer is not JSON") from error
        except (KeyError, NotAuthentic) as error:
            raise self._pool.down("answer not proven") from error
        if not isinstance(document, dict):
            raise self._pool.down("answer is no object")
        return document

    def _read(self, document: dict[str, Any]) -> Answer:
        code, sub_code = document.get("code"), str(document.get("sub_code"))
        if code == _DONE:
            self._pool.ended(done=True)
            return Answer(document)
        if code != _REFUSED or sub_code in _UNKNOWN:
            raise self._pool.down(f"{code} {sub_code}")
        self._pool.ended(done=False)
        return Answer(document, sub_code)


def members_of(text: str) -> dict[str, tuple[str, Any]]:
    """Of a JSON object: each member's value as it is written, and as it reads. Raises ValueError."""
    members: dict[str, tuple[str, Any]] = {}
    at = _past(text, "{", 0)
    while True:
        name, at = _DECODER.raw_decode(text, at)
        start = _past(text, ":", at)
        value, at = _DECODER.raw_decode(text, start)
        members[str(name)] = (text[start:at], value)
        if text[_skip(text, at) :].startswith("}"):
            return members
        at = _past(text, ",", at)


def _past(text: str, sign: str, at: int) -> int:
    at = _skip(text, at)
    if not text.startswith(sign, at):
        raise ValueError(f"no {sign} at {at}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at

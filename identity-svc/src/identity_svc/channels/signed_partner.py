"""Calls signed with HMAC-SHA256, as the SMS operator and the real-name registry want them."""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from ..application.ports import PartnerUnavailable


class PartnerRefused(Exception):
    """The partner read the request and will not do it; `code` is its reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedPartner:
    """`prefix` begins its header names, such as `X-Sms`; `app` is who we are there."""

    client: httpx2.AsyncClient
    prefix: str
    app: str
    secret: bytes

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to `body`. Raises PartnerRefused; PartnerUnavailable if nobody knows what happened."""
        headers = {"Content-Type": "application/json"}
        return await self._send(
            self.client.build_request("POST", path, content=orjson.dumps(body), headers=headers)
        )

    async def get(self, path: str) -> dict[str, Any]:
        """What stands there; raises as `post` does."""
        return await self._send(self.client.build_request("GET", path))

    async def _send(self, request: httpx2.Request) -> dict[str, Any]:
        request.headers.update(self._signature(request.method, request.url.raw_path, request.content))
        try:
            response = await self.client.send(request)
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise PartnerUnavailable(f"{self.prefix}: {error!r}") from error
        if response.status_code == 400 and isinstance(answer, dict):
            raise PartnerRefused(str(answer.get("code")))
        if response.status_code != 200 or not isinstance(answer, dict):
            raise PartnerUnavailable(f"{self.prefix}: status {response.status_code}")
        return answer

    def _signature(self, method: str, target: bytes, body: bytes) -> dict[str, str]:
        timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(18)
        head = f"{method}\n{target.decode('ascii')}\n{timestamp}\n{nonce}\n".encode()
        digest = hmac.new(self.secret, head + body + b"\n", hashlib.sha256).digest()
        return {
            f"{self.prefix}-App": self.app,
            f"{self.prefix}-Timestamp": timestamp,
            f"{self.prefix}-Nonce": nonce,
            f"{self.prefix}-Signature": base64.b64encode(digest).decode(),
        }

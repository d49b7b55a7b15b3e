"""The fiscal platform of e-receipts (财政电子票据平台). Its protocol is assumed: deploy/partners/PROTOCOL.md §14.

Our calls are signed by HMAC; its answers prove nothing by themselves, but each receipt in them carries the platform's
seal, which is kept with it and looked at again whenever the receipt is shown.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import orjson
import structlog
from chassis.clock import SHANGHAI
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from yarl import URL

from ..domain.receipt_errors import FiscalPlatformDown, FiscalPlatformRefused
from ..domain.receipts import DueReceipt, Issued, Kind
from ..domain.words import WHY
from .hmac_signing import hmac_headers
from .pause import Pause

log = structlog.get_logger(__name__)

_PATIENCE: Final = 5.0
"""Seconds that an answer may take."""
_LONGEST_NAME: Final = 127
_PATH: Final = "/fiscal/v1/receipts"
_PEM: Final = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


class FiscalSeal:
    """Implements `application.receipt_ports.Seal`; the keys, present and earlier, are read at the first look."""

    def __init__(self, read_keys: Callable[[], str]) -> None:
        self._read_keys = read_keys
        self._keys: dict[str, Ed25519PublicKey] | None = None

    def verifies(self, issued: Issued) -> bool:
        if self._keys is None:
            self._keys = dict(_key(pem) for pem in _PEM.findall(self._read_keys()))
        key = self._keys.get(issued.seal_key_id)
        if key is None:
            return False
        try:
            key.verify(issued.seal, issued.statement())
        except InvalidSignature:
            return False
        return True


def _key(pem: str) -> tuple[str, Ed25519PublicKey]:
    """With its id: the first 16 hex digits of the raw key's SHA-256."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the fiscal platform's public key must be Ed25519")
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16], key


class FiscalClient:
    """Implements `application.receipt_ports.FiscalPlatform`. aiohttp, like the bank's: one call for every payment."""

    def __init__(
        self,
        base_url: str,
        app_id: str,
        read_secret: Callable[[], str],
        seal: FiscalSeal,
        *,
        patience: float = _PATIENCE,
        pause: Pause | None = None,
    ) -> None:
        self._base = URL(base_url.rstrip("/"), encoded=True)
        self._app_id = app_id
        self._read_secret = read_secret
        self._seal = seal
        self._patience = patience
        self._pause = pause or Pause()
        self._session: aiohttp.ClientSession | None = None

    async def issue(self, due: DueReceipt) -> Issued:
        """Nobody's name is told: the platform does not need it, and the receipt is printed here."""
        return await self._receipt(
            _PATH,
            {
                "business_no": due.number,
                "unit_code": due.unit,
                "item_code": due.item_code,
                "item_name": due.purpose[:_LONGEST_NAME],
                "amount_cents": due.amount_cents,
                "paid_at": due.paid_at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
            },
        )

    async def reverse(self, due: DueReceipt) -> Issued:
        assert due.blue is not None and due.why is not None
        code, number = due.blue
        return await self._receipt(
            f"{_PATH}/reverse",
            {
                "business_no": due.number,
                "receipt_code": code,
                "receipt_no": number,
                "amount_cents": due.amount_cents,
                "reason": WHY[due.why][0],
            },
        )

    async def find(self, number: str) -> Issued | None:
        status, document = await self._call("GET", f"{_PATH}/{number}")
        if status == HTTPStatus.NOT_FOUND and document.get("code") == "RECEIPT_NOT_EXIST":
            return None
        return self._proven(status, document)

    async def _receipt(self, path: str, body: Mapping[str, Any]) -> Issued:
        return self._proven(*await self._call("POST", path, orjson.dumps(body)))

    def _proven(self, status: int, document: dict[str, Any]) -> Issued:
        if status != HTTPStatus.OK:
            raise FiscalPlatformRefused(str(document.get("code", status))[:100])
        issued = _issued(document)
        if issued is None or not self._seal.verifies(issued):
            raise _down("receipt without a valid seal")
        return issued

    async def _call(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        target = self._base.raw_path.rstrip("/") + path
        headers = hmac_headers("Fiscal", self._app_id, self._read_secret(), method, target.encode(), body)
        headers["Content-Type"] = "application/json"
        url = self._base.with_path(target, encoded=True)
        if self._pause.is_on():
            raise FiscalPlatformDown("it hung a moment ago")
        try:
            async with self._pool().request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status, content = answer.status, await answer.read()
            self._pause.end()
            document = orjson.loads(content)
        except TimeoutError as error:
            self._pause.begin()
            raise _down("no answer in time") from error
        except (aiohttp.ClientError, OSError, orjson.JSONDecodeError) as error:
            raise _down(type(error).__name__) from error
        if status >= 500 or status == HTTPStatus.UNAUTHORIZED or not isinstance(document, dict):
            # 401 is about our key or clock, not about the receipt.
            raise _down(f"status {status}")
        return status, document

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._patience),
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=16, keepalive_timeout=30),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _down(cause: str) -> FiscalPlatformDown:
    log.warning("fiscal_platform_down", cause=cause)
    return FiscalPlatformDown(cause)


def _issued(document: dict[str, Any]) -> Issued | None:
    """What the answer says; None where it is no receipt."""
    texts = ("business_no", "receipt_code", "receipt_no", "check_code", "seal_key_id")
    if not all(isinstance(document.get(name), str) and document[name] for name in texts):
        return None
    amount, reverses = document.get("amount_cents"), document.get("reverses_no")
    if type(amount) is not int or not isinstance(reverses, str | None):
        return None
    try:
        return Issued(
            business_no=document["business_no"],
            kind=Kind(str(document.get("kind")).lower()),
            code=document["receipt_code"],
            number=document["receipt_no"],
            check_code=document["check_code"],
            amount_cents=amount,
            issued_at=_moment(document.get("issued_at")),
            reverses_no=reverses,
            seal=base64.b64decode(str(document.get("seal")), validate=True),
            seal_key_id=document["seal_key_id"],
        )
    except (ValueError, binascii.Error):
        return None


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a time without its offset")
    return moment

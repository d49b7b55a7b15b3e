"""Notices signed in their headers with the partner's Ed25519 key."""

from secrets import token_hex
from time import time

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..signing import HeaderNames, Signer, signature_headers
from .book import Notice
from .postman import Letter

STALE_SECONDS = 600
RETRY_SECONDS = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)


class SignedSender:
    """An acknowledgement is 200 and a JSON object whose `ack_field` is `ack_value`."""

    retry_seconds: tuple[int, ...] = RETRY_SECONDS

    def __init__(self, names: HeaderNames, signer: Signer, ack_field: str, ack_value: str) -> None:
        self._names = names
        self._signer = signer
        self._impostor = _Impostor(signer.key_id)
        self._ack = (ack_field, ack_value)

    def letter(self, notice: Notice, sent: str) -> Letter:
        signer = self._impostor if sent == "forged" else self._signer
        timestamp = int(time()) - (STALE_SECONDS if sent == "stale" else 0)
        pairs = signature_headers(signer, self._names, notice.body, token_hex(16).encode(), timestamp)
        headers = {name.decode(): value.decode() for name, value in pairs}
        return Letter(notice.url, notice.body, {"Content-Type": "application/json", **headers})

    def is_ack(self, status: int, answer: bytes) -> bool:
        name, value = self._ack
        return status == 200 and json_field(answer, name) == value


class _Impostor(Signer):
    """A stranger's key that claims to be the partner's."""

    def __init__(self, claimed_key_id: bytes) -> None:
        super().__init__(Ed25519PrivateKey.generate())
        self.key_id = claimed_key_id


def json_field(raw: bytes, name: str) -> object:
    """A member of the JSON object in `raw`; None where there is none."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return document.get(name) if isinstance(document, dict) else None

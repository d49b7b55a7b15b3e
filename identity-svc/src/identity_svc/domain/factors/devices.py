"""Devices an officer trusts: a secret kept there takes the place of the one-time code, for that officer alone."""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class TrustedDevice:
    """`name` is what its owner calls it."""

    id: UUID
    name: str
    trusted_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DeviceToken:
    device_id: UUID
    secret: bytes

    def text(self) -> str:
        return base64.urlsafe_b64encode(self.device_id.bytes + self.secret).decode().rstrip("=")

    def digest(self) -> bytes:
        """What is stored of it."""
        return hashlib.sha256(self.secret).digest()

    def is_genuine(self, stored: bytes) -> bool:
        return hmac.compare_digest(self.digest(), stored)


def new_token(device_id: UUID) -> DeviceToken:
    return DeviceToken(device_id, secrets.token_bytes(_SECRET_BYTES))


def read_token(text: str) -> DeviceToken | None:
    """The token in `text`, not yet proven genuine; None if it has not even its shape."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeError, ValueError, binascii.Error):
        return None
    return DeviceToken(UUID(bytes=raw[:16]), raw[16:]) if len(raw) == 16 + _SECRET_BYTES else None

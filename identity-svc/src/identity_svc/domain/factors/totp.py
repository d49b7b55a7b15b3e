"""One-time codes by the clock (TOTP, RFC 6238): SHA-1, six digits, thirty seconds, as authenticators know them."""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

from contracts import platform
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""Steps that a clock may be early or late."""
NEVER: Final = -1
"""The last step of a secret that no code was used of."""
_SECRET_BYTES: Final = 20


def new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def step_of(code: str, secret: bytes, at: datetime, *, after: int) -> int | None:
    """The step that `code` is of, near `at` and later than `after`; None for every other code.

    A step counts once: whoever reads a code over somebody's shoulder is too late.
    """
    present, found = int(at.timestamp()) // STEP_SECONDS, None
    for step in range(present - DRIFT, present + DRIFT + 1):
        right = hmac.compare_digest(code_at(step, secret).encode(), code.encode())
        if right and step > after:
            found = step
    return found


def code_at(step: int, secret: bytes) -> str:
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def secret_text(secret: bytes) -> str:
    """As people type it where no camera is: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def provisioning_uri(secret: bytes, badge_no: str) -> str:
    """What the QR code says: `otpauth://totp/…`."""
    return _totp(secret).get_provisioning_uri(badge_no, platform.NAME)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)

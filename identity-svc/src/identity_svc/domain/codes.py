"""One-time codes by SMS (短信验证码)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

DIGITS: Final = 6
LIFETIME: Final = timedelta(minutes=5)
MAX_TRIES: Final = 5


class Purpose(StrEnum):
    """What a code may be used for; one sent for one purpose does not open another."""

    REGISTER = "register"
    LOGIN = "login"
    PASSWORD = "password"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """What waits to be sent. `phone` is E.164."""

    id: UUID
    purpose: Purpose
    phone: str
    code: str
    expires_at: datetime


def new_code() -> str:
    """Six decimal digits, leading zeros kept."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"

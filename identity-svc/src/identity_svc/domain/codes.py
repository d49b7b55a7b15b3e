"""One-time codes by SMS (短信验证码)."""

import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

DIGITS: Final = 6
LIFETIME: Final = timedelta(minutes=5)
MAX_TRIES: Final = 5


class Purpose(StrEnum):
    """What a code may be used for; one sent for one purpose does not open another."""

    REGISTER = "register"
    LOGIN = "login"
    PASSWORD = "password"


def new_code() -> str:
    """Six decimal digits, leading zeros kept."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"

"""One-time codes by SMS (短信验证码).

Whoever asks for a code gets a ticket, and the code is good with that ticket only. So a stranger who asks, or guesses,
has to do with a ticket of their own: the code of the phone's owner stands beside it, untouched, with its own tries.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

DIGITS: Final = 6
LIFETIME: Final = timedelta(minutes=5)
MAX_TRIES: Final = 5
_TICKET_BYTES: Final = 32
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NUMBERS: Final = "23456789"


class Purpose(StrEnum):
    """What a code is sent for; `GOOD_FOR` says what else it opens."""

    REGISTER = "register"
    LOGIN = "login"
    PASSWORD = "password"
    LINK = "link"


GOOD_FOR: Final = {purpose: (purpose,) for purpose in Purpose} | {
    # Whoever wanted to log in and heard that their phone has no account yet need not wait for a second message.
    Purpose.REGISTER: (Purpose.REGISTER, Purpose.LOGIN)
}
"""What is done with a code → what it may have been sent for."""


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """What waits to be sent. `phone` is E.164; `serial` stands on the page that asked too."""

    id: UUID
    purpose: Purpose
    phone: str
    code: str
    serial: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code as it was typed, and the ticket of the request that it is said to answer."""

    code: str
    ticket: str


@dataclass(frozen=True, slots=True)
class TriedCode:
    """A ticket that is good, after one of its tries."""

    id: UUID
    is_right: bool


def new_code() -> str:
    """Six decimal digits, leading zeros kept."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def new_ticket() -> str:
    """43 characters that nobody guesses."""
    return secrets.token_urlsafe(_TICKET_BYTES)


def serial_of(ticket: str) -> str:
    """A letter and a digit, by which a person with two messages knows which one a page waits for: `K7`. No secret."""
    first, second = hashlib.sha256(ticket.encode()).digest()[:2]
    return _LETTERS[first % len(_LETTERS)] + _NUMBERS[second % len(_NUMBERS)]

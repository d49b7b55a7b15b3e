"""Logging in on a computer by a code that a phone, already logged in, scans.

The code names the log-in; the secret that fetches the session never leaves the computer. So who sees the code can at
most offer their own account, and the computer shows whose it is before anybody goes on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from ..devices import Client

LIFETIME: Final = timedelta(minutes=2)
CODE_BYTES: Final = 32


class QrState(StrEnum):
    WAITING = "waiting"
    SCANNED = "scanned"
    """By one account's phone, for good; the person looks at who asks."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    USED = "used"
    """The computer has its session."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class QrAsked:
    """The computer that asks, as the phone is told before it confirms."""

    id: UUID
    client: Client
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QrSeen:
    """How it stands, for the computer. `account_id`: whose phone scanned it."""

    state: QrState
    account_id: UUID | None

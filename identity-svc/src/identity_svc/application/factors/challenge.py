"""What a client holds between the password and the one-time code: sealed, short-lived, for one use, and no session."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid4

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.sealing import SealBroken

from ...domain.accounts import Credentials
from ...domain.factors.errors import SecondFactorRefused
from ..count_forgeries import CountForgeries
from .ports import SpentChallenges

LIFETIME: Final = timedelta(minutes=5)
_AAD: Final = b"second-factor-challenge"


class Seals(Protocol):
    def seal(self, plain: bytes, aad: bytes) -> bytes: ...
    def open(self, sealed: bytes, aad: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """`expires_in`: seconds."""

    officer_id: UUID
    text: str
    expires_in: int = int(LIFETIME.total_seconds())


@dataclass(frozen=True, slots=True)
class Opened:
    """A challenge that we gave. `fingerprint`: which password was right."""

    id: UUID
    officer_id: UUID
    until: datetime
    fingerprint: str


class Challenges:
    """Bound to the password that was right: changing it makes an end of the log-ins under way."""

    def __init__(self, sealer: Seals, spent: SpentChallenges, count_forgeries: CountForgeries) -> None:
        self._sealer = sealer
        self._spent = spent
        self._count_forgeries = count_forgeries

    def issue(self, credentials: Credentials) -> Challenge:
        officer_id = credentials.subject.id
        until = (now() + LIFETIME).timestamp()
        plain = json.dumps([uuid4().hex, officer_id.hex, until, _fingerprint(credentials)]).encode()
        return Challenge(officer_id, base64.urlsafe_b64encode(self._sealer.seal(plain, _AAD)).decode())

    async def read(self, text: str, address: str) -> Opened:
        """Raises SecondFactorRefused; TooManyAttempts to a forger. Call it before `uow` holds a connection."""
        opened = self._open(text)
        if opened is None:
            await self._count_forgeries(address)
        if opened is None or now() >= opened.until:
            raise SecondFactorRefused
        return opened

    async def spend(self, uow: UnitOfWork, opened: Opened, credentials: Credentials) -> None:
        """Uses it up. Raises SecondFactorRefused where it was used before, or the password changed since."""
        fits = opened.fingerprint == _fingerprint(credentials)
        if not fits or not await self._spent.spend(uow, opened.id, opened.until):
            raise SecondFactorRefused

    def _open(self, text: str) -> Opened | None:
        """None for what is not ours."""
        try:
            sealed = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
            challenge_id, officer_id, until, fingerprint = json.loads(self._sealer.open(sealed, _AAD))
        except (UnicodeError, ValueError, IndexError, binascii.Error, SealBroken):
            return None
        return Opened(UUID(challenge_id), UUID(officer_id), datetime.fromtimestamp(until, UTC), fingerprint)


def _fingerprint(credentials: Credentials) -> str:
    return hashlib.sha256((credentials.password_hash or "").encode()).hexdigest()

"""What a client holds between the password and the one-time code: sealed, short-lived, and no session."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from chassis.clock import now
from chassis.sealing import SealBroken

from ...domain.accounts import Credentials
from ...domain.factors.errors import SecondFactorRefused

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


class Challenges:
    """Bound to the password that was right: changing it makes an end of the log-ins under way."""

    def __init__(self, sealer: Seals) -> None:
        self._sealer = sealer

    def issue(self, credentials: Credentials) -> Challenge:
        officer_id = credentials.subject.id
        until = (now() + LIFETIME).timestamp()
        plain = json.dumps([officer_id.hex, until, _fingerprint(credentials)]).encode()
        return Challenge(officer_id, base64.urlsafe_b64encode(self._sealer.seal(plain, _AAD)).decode())

    def read(self, text: str) -> tuple[UUID, str]:
        """Whose log-in it is, and what `fits` compares; raises SecondFactorRefused."""
        try:
            sealed = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
            officer_id, until, fingerprint = json.loads(self._sealer.open(sealed, _AAD))
        except (UnicodeError, ValueError, IndexError, binascii.Error, SealBroken) as error:
            raise SecondFactorRefused from error
        if now().timestamp() >= until:
            raise SecondFactorRefused
        return UUID(officer_id), fingerprint

    def fits(self, fingerprint: str, credentials: Credentials) -> bool:
        return fingerprint == _fingerprint(credentials)


def _fingerprint(credentials: Credentials) -> str:
    return hashlib.sha256((credentials.password_hash or "").encode()).hexdigest()

"""Sessions and their refresh tokens.

A refresh token is `session id . generation . proof`, the proof an HMAC of the generation under a
secret of the session's own. Nothing of the token is stored, not even a hash; the row keeps the
sealed secret and the present generation. So a session is one row however often it was refreshed, an
old token is told from a forged one for as long as the session lives, and the answer to a repeated
request (its first answer got lost) is the same successor, not a second branch that a thief could grow.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from .accounts import Subject

SECRET_BYTES: Final = 32
_TOKEN_BYTES: Final = 16 + 4 + 32
_MAX_GENERATION: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """`idle`: how long a session lives unused; `absolute`: however used; `grace`: for lost answers."""

    access: timedelta
    idle: timedelta
    absolute: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class RefreshToken:
    session_id: UUID
    generation: int
    proof: bytes

    def text(self) -> str:
        raw = self.session_id.bytes + self.generation.to_bytes(4, "big") + self.proof
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def is_genuine(self, secret: bytes) -> bool:
        return hmac.compare_digest(self.proof, _proof(secret, self.session_id, self.generation))


def issue_refresh_token(session_id: UUID, generation: int, secret: bytes) -> RefreshToken:
    return RefreshToken(session_id, generation, _proof(secret, session_id, generation))


def read_refresh_token(text: str) -> RefreshToken | None:
    """The token in `text`, not yet proven genuine; None if it has not even its shape."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeError, ValueError, binascii.Error):
        return None
    generation = int.from_bytes(raw[16:20], "big")
    if len(raw) != _TOKEN_BYTES or generation > _MAX_GENERATION:
        return None
    return RefreshToken(UUID(bytes=raw[:16]), generation, raw[20:])


def _proof(secret: bytes, session_id: UUID, generation: int) -> bytes:
    return hmac.new(secret, session_id.bytes + generation.to_bytes(4, "big"), hashlib.sha256).digest()


class Refresh(Enum):
    """What to do about a genuine refresh token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    """The answer got lost: give the same successor again."""
    REUSED = "reused"
    """It was copied: end the session."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SessionState:
    generation: int
    rotated_at: datetime
    idle_until: datetime
    expires_at: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Authentication:
    """When and how a session's owner last proved who they are; `amr` in the words of RFC 8176."""

    at: datetime
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundSession:
    """`secret` proves its refresh tokens; `subject` as it is now, not as it was at log-in."""

    secret: bytes
    state: SessionState
    subject: Subject
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session that goes on, as its owner sees it. `used_at`: its last refresh, so some ten minutes behind."""

    id: UUID
    name: str | None
    device: str | None
    method: str
    amr: tuple[str, ...]
    opened_at: datetime
    used_at: datetime
    expires_at: datetime


def judge(state: SessionState, presented: int, at: datetime, policy: SessionPolicy) -> Refresh:
    """What a genuine token of generation `presented` means now."""
    if state.ended or at >= state.expires_at or at >= state.idle_until:
        return Refresh.ENDED
    if presented == state.generation:
        return Refresh.ROTATE
    if presented == state.generation - 1 and at < state.rotated_at + policy.grace:
        return Refresh.REPEAT
    return Refresh.REUSED

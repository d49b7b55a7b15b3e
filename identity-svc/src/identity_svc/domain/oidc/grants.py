"""What one authorization gave: a code, and the tokens that come of it.

Nothing of a code or a refresh token is stored: like a session's (`domain.sessions`), they are HMACs under a secret of
the grant's own. An old one is told from a forged one, so that only a real one, come twice, revokes anything.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ..accounts import Subject
from ..sessions import Authentication, SessionState
from .clients import Scope

CODE_LIFETIME: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Grant:
    """With the session it came from as that is now: a grant ends with it. `refresh` has the end of both."""

    id: UUID
    session_id: UUID
    client_id: str
    owner_id: UUID
    scopes: frozenset[Scope]
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    secret: bytes
    code_expires_at: datetime
    code_used: bool
    refresh: SessionState
    subject: Subject
    authentication: Authentication
    sid: UUID
    """The session, as this client knows it."""
    sub: UUID
    """Its owner, as this client's department knows them."""

    @property
    def alive(self) -> bool:
        return not self.refresh.ended

    def is_code(self, proof: bytes) -> bool:
        return hmac.compare_digest(proof, _code_proof(self.id, self.secret))

    def challenge_met(self, verifier: str) -> bool:
        """PKCE, S256 (RFC 7636 §4.6)."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        return hmac.compare_digest(digest, self.code_challenge.encode())


def issue_code(grant_id: UUID, secret: bytes) -> str:
    raw = grant_id.bytes + _code_proof(grant_id, secret)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_code(text: str) -> tuple[UUID, bytes] | None:
    """The grant and the proof in `text`, not yet compared; None if it has not even the shape of a code."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeError, ValueError, binascii.Error):
        return None
    return (UUID(bytes=raw[:16]), raw[16:]) if len(raw) == 48 else None


def _code_proof(grant_id: UUID, secret: bytes) -> bytes:
    return hmac.new(secret, b"code:" + grant_id.bytes, hashlib.sha256).digest()

"""The browser's log-in: a cookie that proves a session, derived from the session's secret and stored nowhere."""

import base64
import binascii
import hashlib
import hmac
import secrets
from uuid import UUID


def session_cookie(session_id: UUID, secret: bytes) -> str:
    raw = session_id.bytes + _proof(session_id, secret)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_session_cookie(text: str) -> tuple[UUID, bytes] | None:
    """The session and the proof, not yet compared; None if it is no such cookie."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeError, ValueError, binascii.Error):
        return None
    return (UUID(bytes=raw[:16]), raw[16:]) if len(raw) == 48 else None


def proves(session_id: UUID, secret: bytes, proof: bytes) -> bool:
    return hmac.compare_digest(proof, _proof(session_id, secret))


def _proof(session_id: UUID, secret: bytes) -> bytes:
    return hmac.new(secret, b"browser:" + session_id.bytes, hashlib.sha256).digest()


def new_browser() -> str:
    """What tells one browser from another before anybody logged in; forms prove that they come from it."""
    return secrets.token_urlsafe(24)


def browser_hash(browser: str) -> bytes:
    return hashlib.sha256(b"flow:" + browser.encode()).digest()


def form_token(browser: str, session: tuple[UUID, bytes] | None) -> str:
    """Derived from both: who knew the browser's mark before somebody logged in knows no form of theirs."""
    proof = session[0].bytes + session[1] if session else b""
    return hmac.new(browser.encode(), b"form:" + proof, hashlib.sha256).hexdigest()

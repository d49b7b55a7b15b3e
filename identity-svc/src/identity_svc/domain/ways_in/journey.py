"""A browser's way to a provider and back: what the one who comes back must know."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from .vouched import Provider

LIFETIME: Final = timedelta(minutes=10)
_HOME: Final = "/"


@dataclass(frozen=True, slots=True)
class Journey:
    """Kept in the browser that set out, sealed. `began`: Unix seconds. `verifier`: of PKCE."""

    provider: Provider
    return_to: str
    state: str
    nonce: str
    verifier: str
    began: int

    @classmethod
    def begin(cls, provider: Provider, return_to: str, at: int) -> "Journey":
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(provider, own_path(return_to), state, nonce, verifier, at)

    @property
    def challenge(self) -> str:
        """S256 of RFC 7636."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def is_over(self, at: int) -> bool:
        return at >= self.began + LIFETIME.total_seconds()


def own_path(text: str) -> str:
    """`text` where it is a path of our own, else the front page: nobody is sent elsewhere from here.

    Browsers take `//host` and `/\\host` for another host, and drop tabs and line ends before they look.
    """
    plain = text.isascii() and text.isprintable() and "\\" not in text
    return text if plain and text.startswith("/") and not text.startswith("//") else _HOME

"""Short-lived links: whoever holds one may fetch that one file, without a token, for minutes."""

import base64
import hashlib
import hmac
import time
from typing import Final

from chassis.problems import Forbidden

_LIFETIME: Final = 300  # seconds


class LinkInvalid(Forbidden):
    slug = "link-invalid"
    title = ("链接已失效", "The link is no longer valid")

    def __init__(self) -> None:
        super().__init__(
            "下载链接无效或已过期，请返回页面重新点击下载。",
            "The download link is wrong or has expired; go back and download again.",
        )


class LinkSigner:
    """Signs `path` and an expiry with HMAC-SHA256. `key` has at least 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the link key must have at least 32 bytes")
        self._key = key

    def sign(self, path: str, lifetime: int = _LIFETIME) -> str:
        """`path` with `?expires=…&signature=…`; valid for `lifetime` seconds. `path` has no query."""
        expires = int(time.time()) + lifetime
        return f"{path}?expires={expires}&signature={self._signature(path, expires)}"

    def check(self, path: str, expires: int, signature: str) -> None:
        """Raises LinkInvalid unless `sign` made the link for this path and it has not expired."""
        authentic = hmac.compare_digest(self._signature(path, expires).encode(), signature.encode())
        if not authentic or expires < time.time():
            raise LinkInvalid()

    def _signature(self, path: str, expires: int) -> str:
        digest = hmac.new(self._key, f"{expires}\n{path}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

"""Who may call a partner: four headers, a time window, a signature, a nonce used once."""

import re
import time
from collections.abc import Iterable, Mapping

from .errors import Refused
from .signing import HeaderNames, Verifier, request_text

WINDOW_SECONDS = 300
_NONCE = re.compile(rb"[A-Za-z0-9_-]{16,64}")
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")


class NonceMemory:
    """Remembers each nonce for at least twice the window, in two generations that replace each other."""

    def __init__(self) -> None:
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()
        self._turn_at = 0.0

    def first_seen(self, nonce: bytes, now: float) -> bool:
        if now >= self._turn_at:
            # A quiet spell longer than a generation leaves nothing worth keeping in either.
            stale = now >= self._turn_at + 2 * WINDOW_SECONDS
            self._old, self._young = set() if stale else self._young, set()
            self._turn_at = now + 2 * WINDOW_SECONDS
        if nonce in self._young or nonce in self._old:
            return False
        self._young.add(nonce)
        return True


class Gate:
    """Admits at one partner who signs with our key; `callers` are our ids there."""

    def __init__(self, names: HeaderNames, callers: Iterable[str], verifier: Verifier) -> None:
        self.names = names
        self._callers = {caller.encode(): caller for caller in callers}
        self._verifier = verifier
        self._nonces = NonceMemory()

    def admit(self, method: str, target: bytes, headers: Mapping[bytes, bytes], body: bytes) -> str:
        """Which of our ids calls."""
        names = self.names
        timestamp, nonce = headers.get(names.timestamp, b""), headers.get(names.nonce, b"")
        signature = headers.get(names.signature)
        if not (signature and _TIMESTAMP.fullmatch(timestamp) and _NONCE.fullmatch(nonce)):
            raise Refused(401, "SIGNATURE_MISSING", "缺少签名请求头或格式不正确")
        caller = self._callers.get(headers.get(names.caller, b""))
        if caller is None:
            raise Refused(401, "CALLER_UNKNOWN", "商户号或应用号不存在")
        now = time.time()
        if abs(now - int(timestamp)) > WINDOW_SECONDS:
            raise Refused(401, "TIMESTAMP_OUT_OF_WINDOW", "请求时间与服务器时间相差超过五分钟")
        if not self._verifier.verify(request_text(method, target, timestamp, nonce, body), signature):
            raise Refused(401, "SIGNATURE_INVALID", "签名不正确")
        if not self._nonces.first_seen(nonce, now):
            raise Refused(401, "NONCE_REPLAYED", "随机串已使用过")
        return caller

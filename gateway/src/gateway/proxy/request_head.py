"""What a request's headers tell the gateway, and which of them go on. One pass: it runs at every request."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chassis.http_client import Headers
from chassis.problems import Problem

from .hop_by_hop import HOP_BY_HOP, nominated
from .refusals import BadRequest

# Who called from where, and whom, is ours to say: what a caller claims of it is dropped.
_OURS = frozenset(
    (
        b"host", b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host",
        b"x-forwarded-port", b"x-real-ip", b"x-request-id", b"traceparent", b"tracestate", b"expect",
    )
)  # fmt: skip
SMALL = 65_536
"""Bodies up to here, in bytes, are handled whole."""
_LOOKED_AT = HOP_BY_HOP | _OURS | {b"authorization", b"content-length"}


@dataclass(slots=True)
class Head:
    """`onward`: the headers for the service, in their order, repeated ones kept, without the body's length.

    `content_length` in bytes; `chunked`: its length is not announced; `fault`: why nothing is passed on.
    """

    onward: Headers = field(default_factory=list)
    authorization: bytes | None = None
    request_id: str | None = None
    traceparent: str | None = None
    content_length: int | None = None
    chunked: bool = False
    fault: Problem | None = None
    _for_this_hop: frozenset[bytes] = frozenset()

    @classmethod
    def read(cls, headers: Iterable[tuple[bytes, bytes]]) -> "Head":
        """Never raises: the request's id must be known before anything can be refused."""
        head = cls()
        onward = head.onward
        for pair in headers:
            name, value = pair
            if name in _LOOKED_AT and not head._note(name, value):
                continue
            if b"_" in name and name.replace(b"_", b"-") in _LOOKED_AT:
                continue  # some servers take the one for the other
            if not value.isascii() and not _is_utf8(value):
                head.fault = _not_utf8(name)
            onward.append(pair)
        if head.chunked and head.content_length is not None:
            # Two lengths are how one request is smuggled inside another.
            head.fault = _two_lengths()
        if head._for_this_hop:
            head.onward = [pair for pair in onward if pair[0] not in head._for_this_hop]
        return head

    @property
    def has_large_body(self) -> bool:
        """Over 64 KB, or perhaps so: it streams."""
        return self.chunked or (self.content_length is not None and self.content_length > SMALL)

    def leave_out(self, name: bytes) -> None:
        """Does not pass on what `name` (lower case) says."""
        self.onward = [pair for pair in self.onward if pair[0] != name]

    def _note(self, name: bytes, value: bytes) -> bool:
        """Takes what concerns us; whether the header goes on to the service."""
        if name == b"authorization":
            if self.authorization is not None:
                self.fault = _repeated("Authorization")
            self.authorization = value
            return True
        if name == b"content-length":
            self._note_length(value)
        elif name == b"transfer-encoding":
            self.chunked = True
        elif name == b"connection":
            self._for_this_hop |= nominated(value)
        elif name == b"x-request-id":
            if 8 <= len(value) <= 64 and value.replace(b"-", b"").isalnum():
                self.request_id = value.decode()
        elif name == b"traceparent":
            self.traceparent = value.decode("latin-1")
        return False

    def _note_length(self, value: bytes) -> None:
        value = value.strip(b" \t")
        if self.content_length is not None or not value.isdigit() or len(value) > 18:
            self.fault = BadRequest("Content-Length 无效。", "Content-Length is not valid.")
            return
        self.content_length = int(value)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _not_utf8(name: bytes) -> BadRequest:
    shown = name.decode("ascii", "replace")
    return BadRequest(f"请求头 {shown} 不是 UTF-8 编码。", f"The header {shown} is not UTF-8.")


def _repeated(name: str) -> BadRequest:
    return BadRequest(f"请求头 {name} 只能出现一次。", f"The header {name} may come only once.")


def _two_lengths() -> BadRequest:
    return BadRequest(
        "Content-Length 与 Transfer-Encoding 不能同时出现。",
        "Content-Length and Transfer-Encoding may not come together.",
    )

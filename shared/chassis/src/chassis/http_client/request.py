"""A request's head, as bytes."""

Headers = list[tuple[bytes, bytes]]
"""Names and values as they go over the wire, in their order. In answers the names are in lower case."""

REPEATABLE = frozenset((b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"))
"""Methods that may arrive twice and mean the same (RFC 9110 §9.2.2)."""

_MEANT_WITH_BODY = frozenset((b"POST", b"PUT", b"PATCH"))


class Unsendable(ValueError):
    """A target or header that would end its line: what follows it could pass for another request."""


def framing(method: bytes, body: object, length: int | None) -> bytes:
    """How long the body is: the one header that says so, or nothing. `length` is that of a stream, if known."""
    if body is None:
        return b"content-length: 0" if method in _MEANT_WITH_BODY else b""
    if isinstance(body, bytes):
        length = len(body)
    return b"transfer-encoding: chunked" if length is None else b"content-length: %d" % length


def head(line: bytes, host: bytes, headers: Headers, framed: bytes) -> bytes:
    """The head with its empty line. `line`: method and target; `host`: the Host header's line.

    Raises Unsendable.
    """
    lines = [line + b" HTTP/1.1", host]
    lines += [b": ".join(pair) for pair in headers]
    if framed:
        lines.append(framed)
    lines.append(b"\r\n")
    raw = b"\r\n".join(lines)
    # Counted in the whole, not looked for in each part. The last entry brings one line end of its own.
    ends = len(lines)
    if raw.count(b"\n") != ends or raw.count(b"\r") != ends or b"\0" in raw or line.count(b" ") != 1:
        raise Unsendable("a target or header holds a line end, a NUL or, the target, a space")
    return raw

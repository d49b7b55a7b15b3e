"""Headers that are meant for one hop only (RFC 9110 §7.6.1)."""

HOP_BY_HOP = frozenset(
    (
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection",
        b"te", b"trailer", b"transfer-encoding", b"upgrade",
    )
)  # fmt: skip

_USUAL = (b"keep-alive", b"close")
# Leaving these out would change what is asked or answered, whoever wishes for it.
_NEVER = frozenset((b"content-length", b"authorization", b"set-cookie", b"content-type"))


def nominated(connection: bytes) -> frozenset[bytes]:
    """The headers that a `Connection` header's value names as meant for this hop, in lower case."""
    lowered = connection.lower()
    if lowered in _USUAL:
        return frozenset()
    return frozenset(part.strip() for part in lowered.split(b",")) - _NEVER

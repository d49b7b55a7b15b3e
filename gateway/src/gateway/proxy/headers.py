"""Which headers cross the gateway."""

from collections.abc import Iterable

Pairs = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    (
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection",
        b"te", b"trailer", b"transfer-encoding", b"upgrade",
    )
)  # fmt: skip
# Who called from where is ours to say; what a caller claims of it is dropped.
_OURS = frozenset(
    (
        b"host", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-real-ip", b"forwarded",
        b"x-request-id", b"traceparent", b"tracestate", b"expect",
    )
)  # fmt: skip
_DROPPED_REQUEST = _HOP_BY_HOP | _OURS
_DROPPED_RESPONSE = _HOP_BY_HOP | {b"server", b"date", b"x-request-id"}

SECURITY: Pairs = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]


def request_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """What goes to the service, repeated headers kept."""
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if name not in _DROPPED_REQUEST
    ]


def response_headers(headers: Iterable[tuple[bytes, bytes]], request_id: bytes) -> Pairs:
    """What goes back to the caller, with the request's id and the security headers."""
    kept = [(lower, value) for name, value in headers if (lower := name.lower()) not in _DROPPED_RESPONSE]
    kept.append((b"x-request-id", request_id))
    kept.extend(SECURITY)
    return kept

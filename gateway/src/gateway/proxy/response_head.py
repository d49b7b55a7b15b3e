"""Which headers of a service's answer reach the caller."""

from chassis.http_client import Headers

from .hop_by_hop import HOP_BY_HOP, nominated

_DROPPED = HOP_BY_HOP | {b"server", b"date", b"x-request-id"}

SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_LOOKED_AT = _DROPPED | {name for name, _ in SECURITY}


def answer_headers(status: int, headers: Headers, request_id: bytes) -> Headers:
    """The answer's headers in their order, repeated ones kept, with the request's id and security headers.

    Names are in lower case, as `chassis.http_client` gives them.
    """
    kept = []
    dropped = _DROPPED
    secured = False
    for pair in headers:
        name = pair[0]
        if name not in _LOOKED_AT:
            kept.append(pair)
        elif name == b"connection":
            dropped |= nominated(pair[1])
        elif name not in _DROPPED:
            secured = True
            kept.append(pair)
    if status in (204, 304):
        # A 304 may name the length of what it does not send; the server in front of us counts what is sent.
        dropped |= {b"content-length"}
    if dropped is not _DROPPED:
        kept = [pair for pair in kept if pair[0] not in dropped]
    kept.append((b"x-request-id", request_id))
    if secured:
        return with_security(kept)
    kept += SECURITY
    return kept


def with_security(headers: Headers) -> Headers:
    """`headers` and those security headers it does not have: a page may need laxer or stricter ones."""
    present = {name for name, _ in headers}
    headers.extend(pair for pair in SECURITY if pair[0] not in present)
    return headers

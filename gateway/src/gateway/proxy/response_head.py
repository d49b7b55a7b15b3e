"""Which headers of a service's answer reach the caller."""

from chassis.http_client import Headers

from .hop_by_hop import HOP_BY_HOP, nominated

_DROPPED = HOP_BY_HOP | {b"server", b"date", b"x-request-id"}

_ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_FOR_PAGES: Headers = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
    # For the page that has none of its own, as a file that somebody uploaded and another opens: it may do nothing.
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
]
_BY_HTTPS: Headers = [(b"strict-transport-security", b"max-age=31536000")]
_OURS = {
    (page, secure): _ALWAYS + (_FOR_PAGES if page else []) + (_BY_HTTPS if secure else [])
    for page in (False, True)
    for secure in (False, True)
}
"""By whether the answer is a page, and whether the caller came by https."""
_SECURITY = frozenset(name for name, _ in _OURS[True, True])
_LOOKED_AT = _DROPPED | _SECURITY | {b"content-type"}


def answer_headers(status: int, headers: Headers, request_id: bytes, *, secure: bool) -> Headers:
    """The answer's headers in their order, repeated ones kept, with the request's id and security headers.

    Names are in lower case, as `chassis.http_client` gives them. `secure`: the caller came by https.
    """
    kept = []
    dropped = _DROPPED
    secured = page = False
    for pair in headers:
        name = pair[0]
        if name not in _LOOKED_AT:
            kept.append(pair)
        elif name == b"content-type":
            page = not pair[1].startswith(b"application/json") and _is_page(pair[1])
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
    ours = _OURS[page, secure]
    if secured:
        present = {name for name, _ in kept}
        ours = [pair for pair in ours if pair[0] not in present]
    kept += ours
    return kept


def with_security(headers: Headers, *, secure: bool) -> Headers:
    """`headers` and those security headers it does not have: a page may need laxer or stricter ones."""
    present = {name.lower() for name, _ in headers}
    page = any(name.lower() == b"content-type" and _is_page(value) for name, value in headers)
    headers.extend(pair for pair in _OURS[page, secure] if pair[0] not in present)
    return headers


def _is_page(content_type: bytes) -> bool:
    kind = content_type.partition(b";")[0].strip().lower()
    return kind in (b"text/html", b"application/xhtml+xml", b"image/svg+xml", b"text/xml", b"application/xml")

"""What our parser takes and others read differently: refused before anything is made of it."""

import re

from chassis.http_client import Headers

from .proxy.refusals import BadRequest

# A name, an IPv4 or a bracketed IPv6 address, perhaps with a port.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


def misread(headers: Headers, version: str) -> BadRequest | None:
    """Why a request with this head is refused, or None. Names are in lower case.

    HTTP/1.0 and 1.1 only; one Host, without which HTTP/1.1 is none; no transfer coding but `chunked`, said once, and
    not in HTTP/1.0, which has none.
    """
    hosts = codings = 0
    for name, value in headers:
        if name == b"host":
            hosts += 1
            if _HOST.fullmatch(value) is None:
                return BadRequest("Host 无效。", "Host is not valid.")
        elif name == b"transfer-encoding":
            codings += 1
            if value.strip(b" \t").lower() != b"chunked":
                return BadRequest(
                    "Transfer-Encoding 只支持 chunked。", "The only Transfer-Encoding taken here is chunked."
                )
    if hosts != 1 and (hosts or version != "1.0"):
        return BadRequest("请求须有且只有一个 Host。", "A request has exactly one Host.")
    if codings and (codings > 1 or version != "1.1"):
        return BadRequest("Transfer-Encoding 无效。", "Transfer-Encoding is not valid here.")
    if version not in ("1.1", "1.0"):
        return BadRequest("只支持 HTTP/1.1。", "Only HTTP/1.1 is spoken here.")
    return None

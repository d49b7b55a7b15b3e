"""How a call proves to be ours: MD5 over the text as Java's URLEncoder writes it."""

import base64
import hashlib
from urllib.parse import quote_plus


def java_urlencode(text: str) -> str:
    """A space is `+`, `*` stays and `~` does not: Python and Java differ in these two."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def msg_digest(msg_data: str, timestamp: str, checkword: str) -> str:
    text = java_urlencode(msg_data + timestamp + checkword).encode("ascii")
    return base64.b64encode(hashlib.md5(text, usedforsecurity=False).digest()).decode("ascii")

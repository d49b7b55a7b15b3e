"""How SF proves a call: MD5 over text encoded as Java's URLEncoder does it."""

import hashlib
from base64 import b64encode
from urllib.parse import quote_plus


def digest(msg_data: str, timestamp: str, checkword: str) -> str:
    text = quote_plus(msg_data + timestamp + checkword, safe="*").replace("~", "%7E")
    return b64encode(hashlib.md5(text.encode("ascii"), usedforsecurity=False).digest()).decode()

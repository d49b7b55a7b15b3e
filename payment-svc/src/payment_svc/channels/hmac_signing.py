"""The signature of partners that share a secret with us: HMAC-SHA256 over the request's exact bytes."""

import base64
import hashlib
import hmac
import time

from .bank.signing import new_nonce


def hmac_headers(
    partner: str, app_id: str, secret: str, method: str, target: bytes, body: bytes
) -> dict[str, str]:
    """What a request to `partner` (`Fines`) carries. `target` is path and query as on the wire."""
    timestamp, nonce = str(int(time.time())), new_nonce()
    text = b"\n".join((method.encode(), target, timestamp.encode(), nonce.encode(), body, b""))
    signature = base64.b64encode(hmac.new(secret.strip().encode(), text, hashlib.sha256).digest()).decode()
    named = {"App": app_id, "Timestamp": timestamp, "Nonce": nonce, "Signature": signature}
    return {f"X-{partner}-{name}": value for name, value in named.items()}

"""ID tokens that nobody may believe, for one reason each."""

import base64
import json

from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

from ..faults import BadToken
from .keys import new_key

_CLAIMS: dict[str, dict[str, object]] = {
    "issuer": {"iss": "https://elsewhere.example"},
    "audience": {"aud": "somebody-else"},
    "nonce": {"nonce": "another"},
    "expired": {"iat": 1_700_000_000, "exp": 1_700_000_600},
    "subject": {"sub": "somebody-else"},
}


def spoiled(how: BadToken, claims: dict[str, object], key: RSAKey) -> str:
    """`key` is the one that signs in truth."""
    if how == "alg_none":
        return f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(claims)}."
    if how == "hs256":
        # The public key as an HMAC secret: what a verifier falls for that lets the token choose the algorithm.
        secret = OctKey.import_key(base64.b64encode(key.as_pem(private=False)))
        header = {"alg": "HS256", "typ": "JWT", "kid": key.kid}
        return jws.serialize_compact(header, json.dumps(claims).encode(), secret, algorithms=["HS256"])
    signer = new_key() if how == "foreign_key" else key
    header = {"alg": "RS256", "typ": "JWT", "kid": key.kid}
    return jwt.encode(header, claims | _CLAIMS.get(how, {}), signer)


def _b64(document: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

"""Tokens that nobody may let in, for whoever verifies tokens: the verifier, the gateway, each service."""

import base64
import hmac
import json
import time
from typing import Any
from uuid import uuid4

from contracts.tokens import AUDIENCE, ISSUER, Role
from joserfc import jwt
from joserfc.jwk import RSAKey

from .tokens import Tokens


def forgeries(tokens: Tokens) -> dict[str, str]:
    """What is wrong → the token. Each would be an operator's, were it believed."""
    good = tokens.operator()
    header, body, signature = good.split(".")
    theirs = RSAKey.generate_key(2048, parameters={"kid": "theirs"})
    wanted = _claims()
    public = tokens.public_pem
    return (
        _with_wrong_claims(tokens)
        | _by_another_key(theirs, wanted)
        | {
            "no algorithm": f"{_part({'alg': 'none', 'kid': 'test'})}.{_part(wanted)}.",
            "no algorithm, in capitals": f"{_part({'alg': 'NONE', 'kid': 'test'})}.{_part(wanted)}.",
            "no algorithm, a real signature": f"{_part({'alg': 'none', 'kid': 'test'})}.{body}.{signature}",
            "HS256 keyed with the public key": _hmac_signed(public, wanted),
            "changed claims": f"{header}.{_part(wanted)}.{signature}",
            "another header": f"{_part({'alg': 'RS256', 'kid': 'test', 'typ': 'x'})}.{body}.{signature}",
            "no signature": f"{header}.{body}.",
            "a cut signature": good[:-8],
            "no key id": jwt.encode({"alg": "RS256"}, wanted, theirs),
            "no token": "nonsense",
            "four parts": good + ".x",
            "an enormous one": "x" * 8_000,
            "an enormous good one": tokens.mint(uuid4(), (Role.OPERATOR,), padding="x" * 5_000),
        }
    )


def _claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": str(uuid4()), "iat": now, "exp": now + 600, "jti": "x",
        "roles": ["operator"], **other,
    }  # fmt: skip


def _with_wrong_claims(tokens: Tokens) -> dict[str, str]:
    now, who = int(time.time()), (Role.OPERATOR,)
    return {
        "expired": tokens.mint(uuid4(), who, exp=now - 1),
        "not yet issued": tokens.mint(uuid4(), who, iat=now + 3600),
        "not valid yet": tokens.mint(uuid4(), who, nbf=now + 3600),
        "another issuer": tokens.mint(uuid4(), who, iss="elsewhere"),
        "another audience": tokens.mint(uuid4(), who, aud="elsewhere"),
        "several audiences": tokens.mint(uuid4(), who, aud=[AUDIENCE, "elsewhere"]),
        "a role that is none": tokens.mint(uuid4(), ("king",)),  # type: ignore[arg-type]
        "no time of expiry": tokens.mint(uuid4(), who, exp=None),
    }


def _by_another_key(theirs: RSAKey, wanted: dict[str, Any]) -> dict[str, str]:
    """Signed well, by somebody else, who says where their key is: in the token, or at an address of theirs."""
    ours = {"alg": "RS256", "kid": "test"}
    place = "https://attacker.example/keys.json"
    public = theirs.as_dict(private=False)
    headers: dict[str, dict[str, Any]] = {
        "another key": ours,
        "a foreign key id": ours | {"kid": "theirs"},
        "their key in the header": ours | {"jwk": public},
        "their key in the header, by its own id": ours | {"kid": public["kid"], "jwk": public},
        "their key set's address": ours | {"jku": place},
        "their certificate's address": ours | {"x5u": place},
        "a path for a key id": ours | {"kid": "../../../dev/null"},
    }
    return {what: jwt.encode(header, wanted, theirs) for what, header in headers.items()}


def _hmac_signed(public_pem: bytes, claims: dict[str, Any]) -> str:
    """The classic confusion: keyed with the bytes that everybody can fetch."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'test'})}.{_part(claims)}"
    return f"{signed}.{_encoded(hmac.digest(public_pem, signed.encode(), 'sha256'))}"


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

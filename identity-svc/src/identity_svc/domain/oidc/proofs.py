"""How a client proves itself at the token endpoint (RFC 6749 §2.3, RFC 7523)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from .errors import InvalidClient, OAuthError

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Proof:
    """Either a secret or an assertion, whose client is named inside."""

    client_id: str | None
    secret: str | None = None
    assertion: str | None = None


def read_proof(authorization: str | None, form: Mapping[str, str]) -> Proof:
    """Raises InvalidClient where there is none, OAuthError where there are two."""
    proofs = []
    if authorization is not None:
        proofs.append(_basic(authorization))
    if "client_secret" in form:
        proofs.append(Proof(form.get("client_id", ""), secret=form["client_secret"]))
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise OAuthError("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        proofs.append(Proof(form.get("client_id"), assertion=form["client_assertion"]))
    if len(proofs) > 1:
        raise OAuthError("invalid_request", "use one way of client authentication")
    if not proofs:
        raise InvalidClient
    proof = proofs[0]
    if form.get("client_id", proof.client_id) != proof.client_id:
        raise InvalidClient
    return proof


def _basic(authorization: str) -> Proof:
    scheme, _, credentials = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        name, colon, secret = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (ValueError, binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClient from error
    # Both are form-encoded before they are joined (RFC 6749 §2.3.1); ours need no encoding, so either way is right.
    name, secret = unquote_plus(name), unquote_plus(secret)
    if not colon or "\x00" in name:
        raise InvalidClient
    return Proof(name, secret=secret)

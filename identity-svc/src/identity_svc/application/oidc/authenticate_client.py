"""Who calls the token endpoint and its like: a client with a secret or a key of its own."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from chassis.clock import now
from chassis.jobs import Begin
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey
from joserfc.jws import extract_compact

from ...domain.oidc.clients import NO_SECRETS, Client
from ...domain.oidc.errors import InvalidClient
from ...domain.oidc.proofs import Proof, read_proof
from ..count_forgeries import CountForgeries
from .ports import Clients

ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256"]
_LONGEST_LIFE = 600
_SKEW = 60


class AuthenticateClient:
    """The same answer, after the same work, for unknown, disabled and wrong: one look, one comparison or one check of a
    signature, one count. `audiences`: what an assertion may be meant for.
    """

    def __init__(
        self, begin: Begin, clients: Clients, count_forgeries: CountForgeries, audiences: frozenset[str]
    ) -> None:
        self._begin = begin
        self._clients = clients
        self._count_forgeries = count_forgeries
        self._audiences = audiences
        _stand_ins()  # made now: the first forgery would wait for them

    async def __call__(self, authorization: str | None, form: Mapping[str, str], address: str) -> Client:
        """Raises InvalidClient, OAuthError, TooManyAttempts."""
        proof = read_proof(authorization, form)
        client_id = proof.client_id or "" if proof.assertion is None else _issuer_of(proof.assertion)
        try:
            if proof.assertion is None:
                return await self._by_secret(client_id, proof.secret or "")
            return await self._by_assertion(client_id, proof, proof.assertion)
        except InvalidClient:
            await self._count_forgeries(address, client_id)
            raise

    async def _by_secret(self, client_id: str, secret: str) -> Client:
        async with self._begin() as uow:
            client, secrets = await self._clients.proving(uow, client_id) or (None, NO_SECRETS)
        accepted = secrets.accepts(secret, now())
        if client is None or not accepted or not client.data.active:
            raise InvalidClient
        return client

    async def _by_assertion(self, client_id: str, proof: Proof, assertion: str) -> Client:
        async with self._begin() as uow:
            client, _ = await self._clients.proving(uow, client_id) or (None, NO_SECRETS)
        claims = _signed(assertion, client.data.jwks if client else None)
        wrong = proof.client_id not in (None, client_id) or not self._is_meant(claims, client_id)
        if client is None or not client.data.active or wrong:
            raise InvalidClient
        expires_at = datetime.fromtimestamp(claims["exp"] + _SKEW, UTC)
        async with self._begin() as uow:
            if not await self._clients.use_assertion(uow, client.id, claims["jti"], expires_at):
                raise InvalidClient
        return client

    def _is_meant(self, claims: Mapping[str, Any], client_id: str) -> bool:
        moment = time.time()
        audience = claims.get("aud")
        audiences = {audience} if isinstance(audience, str) else _strings(audience)
        return (
            claims.get("iss") == claims.get("sub") == client_id
            and bool(audiences & self._audiences)
            and _is_number(claims.get("exp"))
            and moment < claims["exp"] + _SKEW
            and claims["exp"] < moment + _LONGEST_LIFE + _SKEW
            and (claims.get("nbf") is None or (_is_number(claims["nbf"]) and claims["nbf"] < moment + _SKEW))
            and isinstance(claims.get("jti"), str)
            and 1 <= len(claims["jti"]) <= 200
            and claims["jti"].isprintable()
        )


def _signed(assertion: str, jwks: dict[str, Any] | None) -> dict[str, Any]:
    """The claims, signed by one of these keys; empty for all else, after a check by a key of the same kind."""
    headers = extract_compact(assertion.encode("ascii")).headers()
    key = _key_of(headers, jwks)
    checked_by = key or _stand_ins().get(str(headers.get("alg")))
    if checked_by is None:
        return {}
    try:
        claims = jwt.decode(assertion, checked_by, algorithms=ASSERTION_ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        return {}
    return dict(claims) if key is not None else {}


def _key_of(headers: Mapping[str, Any], jwks: dict[str, Any] | None) -> Key | None:
    if jwks is None:
        return None
    try:
        alg = headers.get("alg")
        key = KeySet.import_key_set(jwks).get_by_kid(headers.get("kid"), {"alg": alg, "use": "sig"})  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if key.key_type == _kind(str(alg)) else None


def _kind(alg: str) -> str:
    return "EC" if alg == "ES256" else "RSA"


@cache
def _stand_ins() -> dict[str, Key]:
    """Keys that nobody has, one for each algorithm."""
    rsa, ec = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
    return {alg: ec if _kind(alg) == "EC" else rsa for alg in ASSERTION_ALGORITHMS}


def _issuer_of(assertion: str) -> str:
    """Whose keys to take; nothing is believed before the signature was checked."""
    try:
        issuer = json.loads(extract_compact(assertion.encode("ascii")).payload)["iss"]
    except (JoseError, ValueError, UnicodeError, TypeError, KeyError) as error:
        raise InvalidClient from error
    if not isinstance(issuer, str) or len(issuer) > 100 or not issuer.isprintable():
        raise InvalidClient
    return issuer


def _strings(value: object) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**40

"""Who calls the token endpoint and its like: a client with a secret or a key of its own."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chassis.clock import now
from chassis.jobs import Begin
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from ...domain.oidc.clients import NO_SECRETS, Client
from ...domain.oidc.errors import InvalidClient
from ...domain.oidc.proofs import Proof, read_proof
from .ports import Clients

ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256"]
_LONGEST_LIFE = 600
_SKEW = 60


class AuthenticateClient:
    """The same answer for unknown, disabled and wrong. `audiences`: what an assertion may be meant for."""

    def __init__(self, begin: Begin, clients: Clients, audiences: frozenset[str]) -> None:
        self._begin = begin
        self._clients = clients
        self._audiences = audiences

    async def __call__(self, authorization: str | None, form: Mapping[str, str]) -> Client:
        """Raises InvalidClient, OAuthError."""
        proof = read_proof(authorization, form)
        if proof.assertion is not None:
            return await self._by_assertion(proof, proof.assertion)
        return await self._by_secret(proof)

    async def _by_secret(self, proof: Proof) -> Client:
        async with self._begin() as uow:
            client = await self._clients.by_id(uow, proof.client_id or "")
            secrets = await self._clients.secrets(uow, client.id) if client else NO_SECRETS
        accepted = secrets.accepts(proof.secret or "", now())
        if client is None or not accepted or not client.data.active:
            raise InvalidClient
        return client

    async def _by_assertion(self, proof: Proof, assertion: str) -> Client:
        client_id = _issuer_of(assertion)
        if proof.client_id not in (None, client_id):
            raise InvalidClient
        async with self._begin() as uow:
            client = await self._clients.by_id(uow, client_id)
            if client is None or client.data.jwks is None or not client.data.active:
                raise InvalidClient
            claims = self._verified(assertion, client.id, client.data.jwks)
            expires_at = datetime.fromtimestamp(claims["exp"] + _SKEW, UTC)
            if not await self._clients.use_assertion(uow, client.id, claims["jti"], expires_at):
                raise InvalidClient
        return client

    def _verified(self, assertion: str, client_id: str, jwks: dict[str, Any]) -> dict[str, Any]:
        try:
            keys = KeySet.import_key_set(jwks)  # type: ignore[arg-type]
            claims = jwt.decode(assertion, keys, algorithms=ASSERTION_ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise InvalidClient from error
        moment = time.time()
        audience = claims.get("aud")
        audiences = {audience} if isinstance(audience, str) else set(audience or ())
        right = (
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
        if not right:
            raise InvalidClient
        return claims


def _issuer_of(assertion: str) -> str:
    """Whose keys to take; nothing is believed before the signature was checked."""
    try:
        issuer = json.loads(extract_compact(assertion.encode("ascii")).payload)["iss"]
    except (JoseError, ValueError, UnicodeError, TypeError, KeyError) as error:
        raise InvalidClient from error
    if not isinstance(issuer, str) or len(issuer) > 100 or not issuer.isprintable():
        raise InvalidClient
    return issuer


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**40

"""Tokens for a code, once; and for a refresh token, each of which works once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.oidc.clients import Client, Scope
from ...domain.oidc.errors import InvalidGrant, OAuthError
from ...domain.oidc.grants import Grant, read_code
from ...domain.sessions import Refresh, SessionPolicy, issue_refresh_token, judge, read_refresh_token
from .browser_policy import BrowserPolicy
from .ports import Grants, Seats
from .sign_tokens import SignTokens

log = structlog.get_logger(__name__)


class IssueTokens:
    """Has transactions of its own: what a copied code or token revokes stays so although the answer is an error."""

    def __init__(
        self, begin: Begin, grants: Grants, seats: Seats, tokens: SignTokens, policy: BrowserPolicy
    ) -> None:
        self._begin = begin
        self._grants = grants
        self._seats = seats
        self._tokens = tokens
        self._policy = policy

    async def __call__(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        """The token response. Raises OAuthError."""
        match form.get("grant_type"):
            case "authorization_code":
                return await self._for_code(client, form)
            case "refresh_token":
                return await self._for_refresh_token(client, form)
            case None:
                raise OAuthError("invalid_request", "grant_type is missing")
            case _:
                raise OAuthError(
                    "unsupported_grant_type", "grant_type must be authorization_code or refresh_token"
                )

    async def _for_code(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        _require(form, "code", "redirect_uri", "code_verifier")
        code = read_code(form["code"])
        if code is None:
            raise InvalidGrant("the code is not valid")
        moment = now()
        async with self._begin() as uow:
            grant = await self._grants.lock(uow, code[0])
            if grant is None or not grant.is_code(code[1]):
                raise InvalidGrant("the code is not valid")
            if grant.client_id != client.id:
                raise InvalidGrant("the code was given to another client")
            if grant.code_used:
                wrong: str | None = "the code was used before; what it gave is revoked"
                await self._revoke_copied(uow, grant, "code_reused")
            elif (wrong := _what_is_wrong(grant, form, moment)) is None:
                await self._grants.use_code(uow, grant.id, moment)
                grant = replace(grant, refresh=replace(grant.refresh, generation=1))
        if wrong is not None:
            raise InvalidGrant(wrong)
        return await self._answer(grant, grant.scopes & client.data.scopes, grant.nonce)

    async def _for_refresh_token(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        _require(form, "refresh_token")
        token = read_refresh_token(form["refresh_token"])
        if token is None:
            raise InvalidGrant("the refresh token is not valid")
        moment = now()
        async with self._begin() as uow:
            grant = await self._grants.lock(uow, token.session_id)
            if grant is None or grant.client_id != client.id or not token.is_genuine(grant.secret):
                raise InvalidGrant("the refresh token is not valid")
            scopes = grant.scopes & client.data.scopes
            verdict = judge(grant.refresh, token.generation, moment, self._judged_by(grant))
            if verdict is Refresh.REUSED:
                await self._revoke_copied(uow, grant, "refresh_token_reused")
            elif verdict is not Refresh.ENDED:
                scopes = _narrowed(scopes, form.get("scope"))
            if verdict is Refresh.ROTATE:
                grant = await self._rotated(uow, grant, moment)
        if verdict is Refresh.ENDED:
            raise InvalidGrant("the session has ended, or the grant was revoked")
        if verdict is Refresh.REUSED:
            raise InvalidGrant("the refresh token was used before; what was granted is revoked")
        return await self._answer(grant, scopes, None)

    async def _rotated(self, uow: UnitOfWork, grant: Grant, moment: datetime) -> Grant:
        # A client that refreshes says that its user is there: the log-in is in use.
        await self._seats.hold(uow, grant.session_id, moment + self._policy.idle_of(grant.subject))
        generation = await self._grants.rotate(uow, grant.id, moment)
        return replace(grant, refresh=replace(grant.refresh, generation=generation))

    async def _revoke_copied(self, uow: UnitOfWork, grant: Grant, reason: str) -> None:
        await self._grants.revoke(uow, grant.id, reason)
        log.warning("grant_revoked", grant_id=str(grant.id), client_id=grant.client_id, reason=reason)

    def _judged_by(self, grant: Grant) -> SessionPolicy:
        return SessionPolicy(
            access=timedelta(seconds=self._tokens.seconds),
            idle=self._policy.idle_of(grant.subject),
            absolute=self._policy.absolute_of(grant.subject),
            grace=self._policy.grace,
        )

    async def _answer(self, grant: Grant, scopes: frozenset[Scope], nonce: str | None) -> dict[str, Any]:
        access_token = await self._tokens.access_token(grant, scopes)
        refresh_token = issue_refresh_token(grant.id, grant.refresh.generation, grant.secret)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self._tokens.seconds,
            "refresh_token": refresh_token.text(),
            "scope": " ".join(sorted(scopes)),
            "id_token": await self._tokens.id_token(grant, access_token, nonce),
        }


def _what_is_wrong(grant: Grant, form: Mapping[str, str], moment: datetime) -> str | None:
    if not grant.alive:
        return "the session has ended, or the grant was revoked"
    if grant.redirect_uri != form["redirect_uri"]:
        return "redirect_uri is not the one of the authorization request"
    if not grant.challenge_met(form["code_verifier"]):
        return "code_verifier does not match code_challenge"
    if moment >= grant.code_expires_at:
        return "the code has expired"
    return None


def _require(form: Mapping[str, str], *names: str) -> None:
    missing = [name for name in names if not form.get(name)]
    if missing:
        raise OAuthError("invalid_request", f"missing: {' '.join(missing)}")


def _narrowed(granted: frozenset[Scope], text: str | None) -> frozenset[Scope]:
    if text is None:
        return granted
    wanted = frozenset(Scope(word) for word in text.split() if word in set(Scope))
    if not wanted <= granted or Scope.OPENID not in wanted:
        raise OAuthError("invalid_scope", "scope must be some of what was granted, with openid")
    return wanted

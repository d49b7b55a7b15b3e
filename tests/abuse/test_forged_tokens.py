"""Forged tokens at the six services' own doors, over HTTP: the gateway is not what they rely on.

Services are built as for printing their API documents: without a database, which no forged token gets to.
"""

import base64
import importlib
import inspect
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from chassis.auth.verifier import TokenVerifier
from chassis.http.app import expose
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.testing import Tokens, bearer
from chassis.testing.doors import doors
from chassis.testing.forgery import forgeries
from contracts.tokens import Role

SERVICES = ("identity", "catalog", "case", "payment", "courier", "evaluation")
SAMPLED = (
    "no algorithm",
    "HS256 keyed with the public key",
    "a foreign key id",
    "expired",
    "another audience",
)
"""These at every door, all others at one of each service: every door asks the same verifier."""


@dataclass
class Doors:
    """A service's guarded operations: those that somebody without a token is turned away from."""

    client: httpx2.AsyncClient
    guarded: list[tuple[str, str]]
    fetched: list[float]

    async def ask(self, operation: tuple[str, str], headers: dict[str, str]) -> httpx2.Response:
        method, path = operation
        key = {"Idempotency-Key": str(uuid4())}
        return await self.client.request(method, re.sub(r"{\w+}", str(uuid4()), path), headers=key | headers)


class NoDatabase:
    async def acquire(self, **_: Any) -> Any:
        raise AssertionError("somebody was let in")


def built(name: str) -> Service:
    bootstrap = importlib.import_module(f"{name}_svc.bootstrap")
    (settings,) = (
        found
        for found in vars(importlib.import_module(f"{name}_svc.settings")).values()
        if inspect.isclass(found) and issubclass(found, ServiceSettings) and found is not ServiceSettings
    )
    service: Service = bootstrap.build(settings(**settings.placeholders()))
    return service


@pytest.fixture(params=SERVICES)
async def service(request: pytest.FixtureRequest, tokens: Tokens) -> AsyncIterator[Doors]:
    made, fetched = built(request.param), []

    async def keys():
        fetched.append(time.monotonic())
        return await tokens.key_set()

    guarded = [
        (route.split(" ")[0], route.split(" ")[1])
        for route, roles in doors(made).items()
        if roles is not None
    ]
    app, made.pool, made.verifier = made.app(), NoDatabase(), TokenVerifier(keys)  # type: ignore[assignment]
    expose(app, made)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        yield Doors(client, guarded, fetched)


def of_another_kind(tokens: Tokens) -> dict[str, str]:
    """Signed by our own key, and meant for something else; or with claims that no token of ours has."""
    now, who = int(time.time()), (Role.OPERATOR,)
    issuer, client = "https://platform.example.gov.cn", str(uuid4())
    event = {"http://schemas.openid.net/event/backchannel-logout": {}}
    return {
        "an ID token": tokens.mint(uuid4(), who, iss=issuer, aud=client, nonce="x"),
        "a client's access token": tokens.mint(uuid4(), who, iss=issuer, aud=f"{issuer}/oidc/userinfo"),
        "a log-out token": tokens.mint(uuid4(), who, iss=issuer, aud=client, events=event),
        "an ID token of our issuer": tokens.mint(uuid4(), who, aud=client),
        "an audience among others": tokens.mint(uuid4(), who, aud=["police-platform"]),
        "acting without a mandate": tokens.mint(uuid4(), who, act={"sub": str(uuid4())}),
        "acting for nobody": tokens.mint(uuid4(), who, act={}),
        "acting, in a word": tokens.mint(uuid4(), who, act=str(uuid4())),
        "roles in a word": tokens.mint(uuid4(), "operator"),  # type: ignore[arg-type]
        "no id": tokens.mint(uuid4(), who, jti=None),
        "an expiry in words": tokens.mint(uuid4(), who, exp="never"),
        "an expiry of yesterday, as a number with a point": tokens.mint(uuid4(), who, exp=now - 86400.5),
        "a refresh token": "AZ" * 35,
    }


async def test_no_forgery_opens_an_operation(service: Doors, tokens: Tokens):
    operation = next(one for one in service.guarded if "/internal/" not in one[1] and "/ops/" not in one[1])
    for what, token in (forgeries(tokens) | of_another_kind(tokens)).items():
        answer = await service.ask(operation, bearer(token))
        assert answer.status_code == 401, (what, operation, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer", what


async def test_every_guarded_door_asks_the_verifier(service: Doors, tokens: Tokens):
    forged = forgeries(tokens)
    for operation in service.guarded:
        for what in SAMPLED:
            answer = await service.ask(operation, bearer(forged[what]))
            assert answer.status_code == 401, (what, operation, answer.text)
        for scheme in ({}, {"Authorization": "Basic dTpw"}, {"Authorization": f"Token {tokens.operator()}"}):
            assert (await service.ask(operation, scheme)).status_code == 401, (scheme, operation)


async def test_a_services_token_is_no_persons(service: Doors, tokens: Tokens):
    """Nor a person's a service's: what is for services alone turns everybody else away."""
    every_person = tokens.mint(uuid4(), tuple(role for role in Role if role is not Role.SERVICE), ial=4)
    inside = [one for one in service.guarded if one[1].startswith("/internal/")]
    for operation in inside:
        assert (await service.ask(operation, bearer(every_person))).status_code == 403, operation
    outside = [one for one in service.guarded if "/internal/" not in one[1] and "/identity/" not in one[1]]
    for operation in outside:
        assert (await service.ask(operation, bearer(tokens.service("case-svc")))).status_code == 403, (
            operation
        )


async def test_a_flood_of_foreign_key_ids_fetches_keys_once_in_five_seconds(service: Doors):
    started = time.monotonic()
    for number in range(200):
        header = (
            base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"foreign-%d"}' % number).rstrip(b"=").decode()
        )
        answer = await service.ask(service.guarded[0], bearer(f"{header}.e30.AAAA"))
        assert answer.status_code == 401
    assert len(service.fetched) <= 1 + (time.monotonic() - started) / 5

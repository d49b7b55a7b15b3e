"""Tokens are checked at the door: a wrong one never reaches a service."""

import time
from uuid import uuid4

import pytest
from chassis.testing import Tokens
from chassis.testing.forgery import forgeries
from contracts.tokens import Role
from gateway_kit.door import Door


async def get(gateway: Door, authorization: str, path: str = "/api/cases/1") -> tuple[int, dict, str | None]:
    headers = {"Authorization": authorization}
    async with gateway.client.get(gateway.url + path, headers=headers) as response:
        return (
            response.status,
            await response.json(content_type=None),
            response.headers.get("WWW-Authenticate"),
        )


async def test_valid_token_passes_and_reaches_the_service_unchanged(gateway: Door, tokens: Tokens):
    token = tokens.citizen(uuid4())
    for _ in range(3):
        status, _, _ = await get(gateway, f"Bearer {token}")
        assert status == 200 and gateway.services["case"].last.get("authorization") == f"Bearer {token}"
    assert (await get(gateway, f"bearer  {token}"))[0] == 200


async def test_routes_for_everyone_need_none(gateway: Door):
    async with gateway.client.get(gateway.url + "/api/catalog/items") as response:
        assert response.status == 200
    async with gateway.client.get(gateway.url + "/api/cases/1") as response:
        assert response.status == 200  # whether one is needed is for the service to say


async def test_the_providers_endpoints_look_at_credentials_themselves(gateway: Door):
    for path, credentials in (
        ("/oidc/token", "Basic Y2xpZW50OnNlY3JldA=="),
        ("/oidc/userinfo", "Bearer of-another-audience"),
        ("/login", "Bearer of-another-audience"),
    ):
        status, _, _ = await get(gateway, credentials, path)
        assert status == 200 and gateway.services["identity"].last.get("authorization") == credentials


async def test_forged_and_expired_tokens_are_refused_without_asking_the_service(
    gateway: Door, tokens: Tokens
):
    for what, token in forgeries(tokens).items():
        status, body, challenge = await get(gateway, f"Bearer {token}")
        assert (status, challenge) == (401, "Bearer"), what
        assert body["type"] == "/problems/unauthorized"
    assert gateway.asked == 0


@pytest.mark.parametrize("authorization", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Token x", "身份"])
async def test_other_authorization_is_refused(gateway: Door, authorization: str):
    async with gateway.wire() as wire:
        await wire.send(f"GET /api/cases/1 HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n")
        assert (await wire.answer()).status == 401
    assert gateway.asked == 0


async def test_wrong_token_is_refused_on_public_routes_too(gateway: Door):
    assert (await get(gateway, "Bearer nonsense", "/api/catalog/items"))[0] == 401


@pytest.mark.parametrize(
    "path", ["/api/identity/sessions", "/api/identity/sessions/refresh", "/api/identity/codes"]
)
async def test_stale_token_keeps_nobody_from_logging_in(gateway: Door, tokens: Tokens, path: str):
    stale = tokens.mint(uuid4(), (Role.CITIZEN,), exp=int(time.time()) - 5)
    assert (await get(gateway, f"Bearer {stale}", path))[0] == 200


async def test_webhooks_carry_authorization_of_their_own(gateway: Door):
    assert (await get(gateway, "WECHATPAY2-SHA256-RSA2048 x=y", "/webhooks/payments/bank/treasury"))[0] == 200


async def test_refused_upload_is_not_read_into_the_void(gateway: Door):
    """The caller of a large upload reads its 401 at once."""
    async with gateway.wire() as wire:
        head = "POST /api/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 9000000\r\n\r\n"
        await wire.send(head.encode() + b"x" * 10_000)
        assert (await wire.answer()).status == 401
    assert gateway.asked == 0


async def test_while_identity_is_down_known_keys_go_on_and_no_token_is_needed_for_public_routes(
    gateway: Door, tokens: Tokens
):
    assert (await get(gateway, f"Bearer {tokens.citizen(uuid4())}"))[0] == 200
    await gateway.services["identity"].stop()
    assert (await get(gateway, f"Bearer {tokens.citizen(uuid4())}"))[0] == 200
    async with gateway.client.get(gateway.url + "/api/catalog/items") as response:
        assert response.status == 200


async def test_without_any_key_a_token_is_neither_good_nor_bad(gateway: Door, tokens: Tokens):
    await gateway.services["identity"].stop()
    status, body, _ = await get(gateway, f"Bearer {tokens.citizen(uuid4())}")
    assert status == 503 and body["type"] == "/problems/service-unavailable"
    assert gateway.asked == 0

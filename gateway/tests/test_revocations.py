"""At the door: a token that was checked before opens nothing once its session ended, nor while nobody can tell."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import aiohttp
import pytest
from chassis.testing import Tokens
from contracts.tokens import Role
from gateway_kit.door import Door, door
from gateway_kit.services import Asked, answer

PAGE = "/internal/revocations"


def tell(gateway: Door, *ids: UUID) -> None:
    """What identity-svc says from now on."""
    revoked = [{"id": str(one), "forget_at": int(time.time()) + 600} for one in ids]
    body = json.dumps({"cursor": 2, "whole": True, "revoked": revoked}).encode()
    gateway.services["identity"].pages[PAGE] = answer(body)


def fall_silent(gateway: Door) -> None:
    gateway.services["identity"].pages[PAGE] = answer(b"{}", "500 Internal Server Error")


async def get(gateway: Door, path: str, token: str | None = None) -> tuple[int, str, str | None]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with gateway.client.get(gateway.url + path, headers=headers) as response:
        body = await response.json(content_type=None)
        kind = body.get("type", "") if isinstance(body, dict) else ""
        return response.status, kind.removeprefix("/problems/"), response.headers.get("Retry-After")


async def until(look: Callable[[], Awaitable[tuple]], wanted: tuple) -> None:
    async with asyncio.timeout(10):
        while (await look())[:2] != wanted:
            await asyncio.sleep(0.02)


async def test_a_token_in_use_is_refused_once_its_session_ended(gateway: Door, tokens: Tokens):
    ended, other = uuid4(), uuid4()
    token = tokens.mint(uuid4(), (Role.OPERATOR,), sid=str(ended))
    assert (await get(gateway, "/api/cases/1", token))[0] == 200
    tell(gateway, ended)
    await until(lambda: get(gateway, "/api/cases/1", token), (401, "session-revoked"))
    assert (await get(gateway, "/api/ops/stuck", token))[:2] == (401, "session-revoked")
    assert (await get(gateway, "/api/catalog/items", token))[0] == 401
    assert (await get(gateway, "/api/cases/1", tokens.mint(uuid4(), (Role.CITIZEN,), sid=str(other))))[
        0
    ] == 200


async def test_a_mandate_taken_back_ends_acting_and_not_the_session(gateway: Door, tokens: Tokens):
    mandate, session = uuid4(), str(uuid4())
    act = {"sub": str(uuid4()), "mandate": str(mandate)}
    acting = tokens.mint(uuid4(), (Role.CITIZEN,), sid=session, act=act)
    assert (await get(gateway, "/api/cases/1", acting))[0] == 200
    tell(gateway, mandate)
    await until(lambda: get(gateway, "/api/cases/1", acting), (401, "mandate-revoked"))
    assert (await get(gateway, "/api/cases/1", tokens.mint(act["sub"], (Role.CITIZEN,), sid=session)))[
        0
    ] == 200


async def test_an_answer_under_way_is_broken_off_once_its_session_ended(gateway: Door, tokens: Tokens):
    """Live status goes on for hours, a download for minutes: not for somebody who was logged out."""
    ended, other = uuid4(), uuid4()

    async def goes_on(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asked.read()
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        while True:
            writer.write(b"3\r\n:\n\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    gateway.services["case"].script = goes_on
    headers = [
        {"Authorization": f"Bearer {tokens.mint(uuid4(), (Role.CITIZEN,), sid=str(sid))}"}
        for sid in (ended, other)
    ]
    async with (
        gateway.client.get(gateway.url + "/api/cases/1", headers=headers[0]) as theirs,
        gateway.client.get(gateway.url + "/api/cases/1", headers=headers[1]) as anothers,
    ):
        assert await theirs.content.readany() and await anothers.content.readany()
        tell(gateway, ended)
        with pytest.raises(aiohttp.ClientPayloadError):
            async with asyncio.timeout(10):
                while True:
                    await theirs.content.readany()
        for _ in range(10):
            assert await anothers.content.readany()


async def test_a_write_under_way_is_answered_although_its_session_ended(gateway: Door, tokens: Tokens):
    ended = uuid4()
    token = tokens.mint(uuid4(), (Role.CITIZEN,), sid=str(ended))
    headers = {"Authorization": f"Bearer {token}"}
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def waits(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asked.read()
        if asked.method == "POST":
            arrived.set()
            await go_on.wait()
        writer.write(answer(b"{}", "201 Created"))

    gateway.services["case"].script = waits

    async def write() -> int:
        async with gateway.client.post(gateway.url + "/api/cases", headers=headers, data=b"{}") as response:
            return response.status

    writing = asyncio.create_task(write())
    await arrived.wait()
    tell(gateway, ended)
    await until(lambda: get(gateway, "/api/cases/1", token), (401, "session-revoked"))
    go_on.set()
    assert await writing == 201


async def for_somebody_only(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asked.read()
    known = asked.get("authorization") is not None
    writer.write(answer(b"{}") if known else answer(b"{}", "401 Unauthorized"))


async def test_nobody_writes_while_nobody_tells(gateway: Door, tokens: Tokens):
    async with door(tokens, revocation_view_max_age=2.0) as gateway:
        token = tokens.citizen(uuid4())
        gateway.services["case"].script = for_somebody_only
        fall_silent(gateway)
        await until(lambda: get(gateway, "/api/cases/1", token), (503, "revocations-unknown"))
        headers = {"Authorization": f"Bearer {token}"}
        async with gateway.client.post(gateway.url + "/api/cases", headers=headers, data=b"{}") as response:
            assert response.status == 503


async def test_while_nobody_tells_personal_routes_wait_and_the_others_go_on(tokens: Tokens):
    async with door(tokens, revocation_view_max_age=2.0) as gateway:
        token = tokens.citizen(uuid4())
        gateway.services["case"].script = for_somebody_only
        assert (await get(gateway, "/api/cases/1", token))[0] == 200
        fall_silent(gateway)
        await until(lambda: get(gateway, "/api/cases/1", token), (503, "revocations-unknown"))
        assert (await get(gateway, "/api/cases/1", token))[2] == "5"
        assert (await get(gateway, "/api/catalog/items"))[0] == 200
        assert (await get(gateway, "/api/catalog/items", token))[0] == 200, "as nobody"
        assert (await get(gateway, "/api/identity/sessions", token))[0] == 200
        assert (await get(gateway, "/webhooks/payments/bank/treasury", "theirs"))[0] == 200
        async with gateway.client.get(gateway.url + "/readyz") as response:
            ready = await response.json()
        assert (response.status, ready["status"], ready["revocations"]["known"]) == (200, "degraded", False)
        tell(gateway)
        await until(lambda: get(gateway, "/api/cases/1", token), (200, ""))


async def test_it_begins_without_a_channel_and_lets_nobody_in_until_one_tells(tokens: Tokens):
    async with door(tokens) as first:
        fall_silent(first)
        settings = {f"{name}_url": service.url for name, service in first.services.items()}
        first.services["case"].script = for_somebody_only
        async with door(tokens, **settings) as gateway:
            token = tokens.citizen(uuid4())
            assert (await get(gateway, "/api/cases/1", token))[:2] == (503, "revocations-unknown")
            assert (await get(gateway, "/api/catalog/items"))[0] == 200
            tell(first)
            await until(lambda: get(gateway, "/api/cases/1", token), (200, ""))

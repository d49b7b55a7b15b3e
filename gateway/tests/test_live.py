"""Streams pass the door as they come, beside everybody else's requests, and end when their token does."""

import asyncio
import json
import time
from uuid import UUID, uuid4

from chassis.testing import Tokens
from contracts.tokens import Role
from gateway.routes import RoutingTable
from gateway_kit.door import Door, door
from gateway_kit.services import Asked, answer

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


class Telling:
    """A service that says what it is given, and nothing more."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[bytes] = asyncio.Queue()
        self.following = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asked.read()
        if not asked.target.endswith("/events"):
            writer.write(answer())
            return
        self.following += 1
        writer.write(HEAD)
        while not writer.is_closing():
            writer.write(chunk(await self.news.get()))
            await writer.drain()


def path() -> str:
    return f"/api/cases/{uuid4()}/events"


def revoke(gateway: Door, session: UUID) -> None:
    revoked = [{"id": str(session), "forget_at": int(time.time()) + 600}]
    body = json.dumps({"cursor": 2, "whole": True, "revoked": revoked}).encode()
    gateway.services["identity"].pages["/internal/revocations"] = answer(body)


async def test_each_event_arrives_when_it_is_said(gateway: Door, tokens: Tokens):
    gateway.services["case"].script = telling = Telling()
    headers = {"Authorization": f"Bearer {tokens.citizen(uuid4())}", "Last-Event-ID": "3"}
    telling.news.put_nowait(b"data: 1\n\n")
    async with gateway.client.get(gateway.url + path(), headers=headers) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        assert await response.content.readany() == b"data: 1\n\n"
        telling.news.put_nowait(b"data: 2\n\n")
        assert await response.content.readany() == b"data: 2\n\n"
    assert gateway.services["case"].last.get("last-event-id") == "3"


async def test_a_stream_ends_when_its_session_is_revoked(gateway: Door, tokens: Tokens):
    gateway.services["case"].script = telling = Telling()
    session = uuid4()
    token = tokens.mint(uuid4(), (Role.CITIZEN,), sid=str(session))
    telling.news.put_nowait(b"data: 1\n\n")
    async with gateway.client.get(
        gateway.url + path(), headers={"Authorization": f"Bearer {token}"}
    ) as response:
        await response.content.readany()
        revoke(gateway, session)
        assert await asyncio.wait_for(response.content.read(), 10) == b""  # whole, and over


async def test_those_who_stay_take_nobodys_place(tokens: Tokens):
    async with door(tokens, upstream_connections=2, live_connections=20) as gateway:
        gateway.services["case"].script = telling = Telling()
        headers = {"Authorization": f"Bearer {tokens.citizen(uuid4())}"}
        streams = []
        for _ in range(6):
            telling.news.put_nowait(b":\n\n")
            streams.append(await gateway.client.get(gateway.url + path(), headers=headers))
        async with gateway.client.get(gateway.url + "/api/cases/1", headers=headers) as response:
            assert response.status == 200
        assert telling.following == 6
        for stream in streams:
            stream.close()


def test_only_the_following_of_a_case_is_live():
    table = RoutingTable()
    for found in (f"/api/cases/{uuid4()}/events", "/api/cases/1/status"):
        route = table.find(found)
        assert route is not None and route.live and route.service == "case"
    for other in (
        "/api/cases/1/2/events",
        "/api/cases/events",
        "/api/cases/1/events/",
        "/events",
        "/api/reviews/1/events",
    ):
        route = table.find(other)
        assert route is None or not route.live

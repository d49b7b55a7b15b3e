"""Calls from service to service."""

import asyncio
from typing import Any, cast

import pytest
from chassis.auth.service_token import ServiceToken
from chassis.http_client import CallFailed, ServiceClient
from chassis.telemetry import context
from raw_server import Wire, answers, serving, until


class FixedToken:
    async def get(self) -> str:
        return "t0ken"


def client_of(url: str, **options: Any) -> ServiceClient:
    return ServiceClient(url, cast(ServiceToken, FixedToken()), **options)


def json(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


async def test_call_carries_token_trace_and_parameters():
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head())
        await wire.send(json(b'{"name":"x"}'))

    async with serving(script) as server:
        client = client_of(server.url)
        work = context.continued(None)
        token = context.enter(work)
        try:
            assert await client.get_json("/internal/x", why="a b&c", id=["1", "2"]) == {"name": "x"}
        finally:
            context.leave(token)
            await client.close()
    lines = server.heads[0].decode().split("\r\n")
    assert lines[0] == "GET /internal/x?why=a+b%26c&id=1&id=2 HTTP/1.1"
    assert "authorization: Bearer t0ken" in lines and f"traceparent: {work.traceparent}" in lines


async def test_large_answer_is_read_whole():
    async with serving(answers(json(b'"' + b"x" * 1_000_000 + b'"'))) as server:
        client = client_of(server.url)
        assert len(await client.get_json("/x")) == 1_000_000
        await client.close()


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found", "500 Internal Server Error"])
async def test_any_status_but_success_is_a_failed_call(status: str):
    async with serving(answers(json(b"{}", status))) as server:
        client = client_of(server.url)
        with pytest.raises(CallFailed) as failed:
            await client.get_json("/x")
        assert failed.value.status == int(status[:3])
        await client.close()


async def test_no_answer_is_a_failed_call_without_a_status():
    async def torn(wire: Wire) -> None:
        await wire.head()

    async with serving(torn) as server:
        client = client_of(server.url)
        with pytest.raises(CallFailed) as failed:
            await client.get_json("/x")
        assert failed.value.status is None
        await client.close()


async def test_call_has_to_end_in_time():
    async def trickles(wire: Wire) -> None:
        await wire.head()
        await wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        while True:
            await wire.send(b"x")
            await asyncio.sleep(0.02)

    async with serving(trickles) as server:
        client = client_of(server.url, timeout=0.3)
        with pytest.raises(CallFailed) as failed:
            await client.get_json("/x")
        assert failed.value.status is None
        await client.close()
        await until(lambda: server.connections == 1)

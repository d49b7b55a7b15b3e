"""Answers reach the caller as the service gave them."""

import asyncio
import gzip

import pytest
from gateway_kit.door import Door
from gateway_kit.services import Asked, answer, says


async def raw_get(gateway: Door, path: str = "/api/cases/1", method: str = "GET"):
    async with gateway.wire() as wire:
        await wire.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
        got = await wire.answer(to_head=method == "HEAD")
        # The connection is good for another: nothing of the first answer is left on it.
        await wire.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await wire.answer()).body == b'{"status":"ok"}'
        return got


async def test_compressed_bodies_pass_undecoded(gateway: Door):
    packed = gzip.compress("身份证".encode() * 200)
    gateway.services["case"].script = says(
        answer(packed, "200 OK", "Content-Encoding: gzip", "Vary: Accept-Encoding")
    )
    got = await raw_get(gateway)
    assert got.body == packed and got.get("content-encoding") == "gzip"
    assert got.get("content-length") == str(len(packed))


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
async def test_redirects_are_passed_on_and_not_followed(gateway: Door, status: str):
    gateway.services["case"].script = says(answer(b"", status, "Location: http://127.0.0.1:1/internal"))
    got = await raw_get(gateway)
    assert got.status == int(status[:3]) and got.get("location") == "http://127.0.0.1:1/internal"
    assert gateway.asked == 1


async def test_answer_to_head_has_length_and_no_body(gateway: Door):
    gateway.services["case"].script = says(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
    got = await raw_get(gateway, method="HEAD")
    assert got.status == 200 and got.get("content-length") == "1234"
    assert gateway.services["case"].last.method == "HEAD"


async def test_answer_to_head_may_name_a_large_length(gateway: Door):
    gateway.services["case"].script = says(b"HTTP/1.1 200 OK\r\nContent-Length: 123456789\r\n\r\n")
    assert (await raw_get(gateway, method="HEAD")).get("content-length") == "123456789"


async def test_options_reaches_the_service(gateway: Door):
    gateway.services["case"].script = says(answer(b"", "405 Method Not Allowed", "Allow: GET, POST"))
    got = await raw_get(gateway, method="OPTIONS")
    assert got.status == 405 and got.get("allow") == "GET, POST"


@pytest.mark.parametrize("head", ["204 No Content\r\n", "204 No Content\r\nContent-Length: 0\r\n"])
async def test_no_content_stays_none(gateway: Door, head: str):
    gateway.services["case"].script = says(f"HTTP/1.1 {head}\r\n".encode())
    got = await raw_get(gateway)
    assert got.status == 204 and got.get("transfer-encoding") is None


@pytest.mark.parametrize(
    "length", ["", "Content-Length: 0\r\n", "Content-Length: 512\r\n", "Content-Length: 99999\r\n"]
)
async def test_not_modified_has_no_body_whatever_length_it_names(gateway: Door, length: str):
    gateway.services["case"].script = says(
        f'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n{length}\r\n'.encode()
    )
    got = await raw_get(gateway)
    assert got.status == 304 and got.get("etag") == '"v1"' and got.body == b""


async def test_problem_of_a_service_is_passed_on_as_it_is(gateway: Door):
    problem = '{"type":"/problems/case-not-found","title":"办件不存在"}'.encode()
    gateway.services["case"].script = says(
        answer(problem, "404 Not Found", "Content-Type: application/problem+json")
    )
    got = await raw_get(gateway)
    assert got.status == 404 and got.body == problem


async def test_answer_without_length_arrives_whole(gateway: Door):
    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil ")
        await writer.drain()
        writer.write(b"the end")
        writer.close()

    gateway.services["case"].script = script
    assert (await raw_get(gateway)).body == b"until the end"


async def test_head_does_not_wait_for_a_body_that_is_not_there_yet(gateway: Door):
    go_on = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        await go_on.wait()
        writer.write(b"x" * 100_000)

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await wire.head()).status == 200
        go_on.set()
        assert len(await wire.reader.readexactly(100_000)) == 100_000


async def test_interim_answers_are_for_us_alone(gateway: Door):
    gateway.services["case"].script = says(
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(b"done")
    )
    got = await raw_get(gateway)
    assert got.status == 200 and got.body == b"done"


async def test_empty_answer_keeps_its_length(gateway: Door):
    gateway.services["case"].script = says(answer(b"", "201 Created", "Location: /api/cases/9"))
    got = await raw_get(gateway, method="POST")
    assert got.status == 201 and got.get("content-length") == "0" and got.get("location") == "/api/cases/9"


async def test_http_1_0_caller_is_answered_and_let_go(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.0\r\n\r\n")
        got = await wire.answer()
        assert got.status == 200 and got.get("connection") == "close"
        assert await wire.is_closed()


async def test_requests_sent_at_once_are_answered_in_order(gateway: Door):
    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(answer(asked.target.encode()))

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send("".join(f"GET /api/cases/{n} HTTP/1.1\r\nHost: x\r\n\r\n" for n in range(5)))
        assert [(await wire.answer()).body for _ in range(5)] == [
            f"/api/cases/{n}".encode() for n in range(5)
        ]


H2C = "Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"


async def test_javas_wish_for_h2c_is_overheard(gateway: Door):
    async with gateway.wire() as wire:
        for body in ("{}", "[1]"):
            await wire.send(f"POST /api/cases HTTP/1.1\r\n{H2C}Content-Length: {len(body)}\r\n\r\n{body}")
            assert (await wire.answer()).status == 200
            assert gateway.services["case"].last.body == body.encode()
            assert gateway.services["case"].last.get("http2-settings") is None


async def test_upgrade_that_came_in_pieces_ends_the_connection_after_its_answer(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases HTTP/1.1\r\n")
        await raw_get(gateway)  # meanwhile the first piece is read
        await wire.send(H2C + "\r\n")
        assert (await wire.answer()).status == 200
        assert await wire.is_closed()


async def test_websocket_is_no_way_around(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send(
            "GET /internal/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert (await wire.answer()).status == 404
    assert gateway.asked == 0

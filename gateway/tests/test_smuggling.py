"""Requests that two programs could take apart differently reach no service."""

import asyncio

import pytest
from gateway_kit.door import Door
from gateway_kit.services import Asked

HIDDEN = "GET /internal/accounts/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


def post(*lines: str, body: str = "") -> str:
    return "\r\n".join(["POST /api/cases HTTP/1.1", "Host: x", *lines, "", body])


AMBIGUOUS = {
    "length and chunks": post("Content-Length: 6", "Transfer-Encoding: chunked", body="0\r\n\r\nX" + HIDDEN),
    "chunks and length": post("Transfer-Encoding: chunked", "Content-Length: 6", body="0\r\n\r\nX" + HIDDEN),
    "two lengths": post("Content-Length: 5", "Content-Length: 6", body="hello" + HIDDEN),
    "one length twice": post("Content-Length: 5", "Content-Length: 5", body="hello"),
    "a list of lengths": post("Content-Length: 5, 5", body="hello"),
    "a signed length": post("Content-Length: +5", body="hello"),
    "a negative length": post("Content-Length: -5", body="hello"),
    "a hex length": post("Content-Length: 0x5", body="hello"),
    "an enormous length": post("Content-Length: 99999999999999999999999", body="hello"),
    "a spaced length": post("Content-Length: 5 5", body="hello"),
    "no length's value": post("Content-Length:", body="hello"),
    "space before colon": post("Transfer-Encoding : chunked", body="0\r\n\r\n" + HIDDEN),
    "length with space before colon": post("Content-Length : 5", body="hello"),
    "unknown coding": post("Transfer-Encoding: xchunked", body="0\r\n\r\n" + HIDDEN),
    "chunked is not last": post("Transfer-Encoding: chunked, identity", body="0\r\n\r\n" + HIDDEN),
    "coding twice": post(
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", body="0\r\n\r\n" + HIDDEN
    ),
    "folded header": post("X-A: b", "\tTransfer-Encoding: chunked", body=HIDDEN),
    "folded coding": post("Transfer-Encoding:", " chunked", body="0\r\n\r\n" + HIDDEN),
    "bare line feed": "POST /api/cases HTTP/1.1\nHost: x\nContent-Length: 5\n\nhello",
    "bare carriage return": post("X-A: b\rTransfer-Encoding: chunked", body="0\r\n\r\n"),
    "NUL in a value": post("X-A: b\x00c"),
    "control character in a value": post("X-A: b\x01c"),
    "no header name": post(": value"),
    "a name with a space": post("X A: b"),
    "space in the target": "GET /api/cases /internal HTTP/1.1\r\nHost: x\r\n\r\n",
    "another protocol": "GET /api/cases HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS to a plain port": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}

BAD_CHUNKS = {
    "no hex": "zz\r\nhello\r\n0\r\n\r\n",
    "a signed size": "+5\r\nhello\r\n0\r\n\r\n",
    "a hex prefix": "0x5\r\nhello\r\n0\r\n\r\n",
    "an underscore": "0_5\r\nhello\r\n0\r\n\r\n",
    "a size that overflows": "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "more than the size": "3\r\nhello\r\n0\r\n\r\n",
    "no end of chunk": "5\r\nhelloGET /internal HTTP/1.1\r\n\r\n",
    "bare line feeds": "5\nhello\n0\n\n",
    "an empty size": "\r\nhello\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("raw", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_ambiguous_request_is_refused_and_the_connection_ended(gateway: Door, raw: str):
    async with gateway.wire() as wire:
        await wire.send(raw.encode("latin-1"))
        refused = await wire.answer()
        assert refused.status in (400, 413)
        assert refused.get("content-type") == "application/problem+json"
        assert await wire.is_closed()  # nothing behind it is taken for a request
    assert gateway.asked == 0


@pytest.mark.parametrize("body", BAD_CHUNKS.values(), ids=BAD_CHUNKS.keys())
async def test_odd_chunks_never_make_a_whole_request(gateway: Door, body: str):
    async with gateway.wire() as wire:
        await wire.send(post("Transfer-Encoding: chunked", body=body))
        rest = await wire.rest()  # the connection is ended
    assert rest.startswith(b"HTTP/1.1 400 ") or rest == b""
    assert not [asked for service in gateway.services.values() for asked in service.asked if asked.ended]


async def test_chunk_extensions_and_trailers_stop_here(gateway: Door):
    async with gateway.wire() as wire:
        chunks = "5;ext=1\r\nhello\r\n0\r\nX-Trailer: 1\r\nAuthorization: Bearer x\r\n\r\n"
        await wire.send(post("Transfer-Encoding: chunked", body=chunks))
        assert (await wire.answer()).status == 200
    asked = gateway.services["case"].last
    assert asked.body == b"hello" and asked.get("x-trailer") is None and asked.get("authorization") is None


@pytest.mark.parametrize("target", ["/api/cases?x=1%0d%0aX-Injected:%201", "/api/cases?x=%0aGET%20/internal"])
async def test_escaped_line_ends_inject_no_header(gateway: Door, target: str):
    async with gateway.wire() as wire:
        await wire.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await wire.answer()).status == 200
    asked = gateway.services["case"].last
    assert asked.target == target and asked.get("x-injected") is None


async def test_length_zero_hides_nothing_behind_it(gateway: Door):
    """What follows is a request of its own, checked like any other."""
    async with gateway.wire() as wire:
        await wire.send(post("Content-Length: 0", body=HIDDEN))
        assert [(await wire.answer()).status for _ in range(2)] == [200, 404]
    assert gateway.asked == 1


async def test_endless_head_is_cut(gateway: Door):
    for piece in ("X-Long: " + "x" * 60_000, "".join(f"X-{n}: {'x' * 50}\r\n" for n in range(1_000))):
        async with gateway.wire() as wire:
            await wire.send("GET /api/cases HTTP/1.1\r\nHost: x\r\n" + piece)
            refused = await wire.answer()
            assert refused.status == 431 and b"/problems/headers-too-large" in refused.body
    async with gateway.wire() as wire:
        await wire.send(f"GET /api/cases?{'x' * 40_000} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await wire.answer()).status == 431
    assert gateway.asked == 0


async def test_large_but_ordinary_head_passes(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send(f"GET /api/cases HTTP/1.1\r\nHost: x\r\nCookie: {'x' * 20_000}\r\n\r\n")
        assert (await wire.answer()).status == 200
    assert gateway.services["case"].last.get("cookie") == "x" * 20_000


async def test_head_that_does_not_come_is_given_up(gateway: Door, monkeypatch):
    monkeypatch.setattr("gateway.server._HEAD_SECONDS", 0.5)
    async with gateway.wire() as wire:
        assert await wire.is_closed()
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases HTTP/1.1\r\nHost: x\r\n")
        assert (await wire.answer()).status == 408 and await wire.is_closed()
    async with gateway.wire() as wire:  # also for the second request of a connection
        await wire.send("GET /api/cases HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await wire.answer()).status == 200
        await wire.send("GET /api/cases HTTP/1.1\r\n")
        assert (await wire.answer()).status == 408 and await wire.is_closed()


async def test_garbage_behind_a_request_is_not_taken_for_its_answer(gateway: Door):
    asked_for = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        asked_for.set()
        await asyncio.Event().wait()

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        await asked_for.wait()
        await wire.send("\x00\x01garbage\r\n\r\n")
        assert await wire.rest() == b""

"""A service's answer that could be read in two ways reaches nobody; what follows an answer is nobody's."""

import pytest
from gateway_kit.door import Door
from gateway_kit.services import Asked, answer


def head(*lines: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *lines, "", ""]).encode("latin-1")


EMPTY = b"0\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"

ODD = {
    "length and chunks": head("Content-Length: 5", CHUNKED) + EMPTY,
    "chunks and length": head(CHUNKED, "Content-Length: 5") + EMPTY,
    "two lengths": head("Content-Length: 5", "Content-Length: 6") + b"hello!",
    "one length twice": head("Content-Length: 5", "Content-Length: 5") + b"hello",
    "a list of lengths": head("Content-Length: 5, 5") + b"hello",
    "a signed length": head("Content-Length: +5") + b"hello",
    "a negative length": head("Content-Length: -5") + b"hello",
    "a hex length": head("Content-Length: 0x5") + b"hello",
    "an enormous length": head("Content-Length: 99999999999999999999999") + b"hello",
    "no length's value": head("Content-Length:") + b"hello",
    "unknown coding": head("Transfer-Encoding: xchunked") + EMPTY,
    "an empty coding": head("Transfer-Encoding: ,chunked") + EMPTY,
    "another coding first": head("Transfer-Encoding: gzip, chunked") + EMPTY,
    "chunked twice": head(CHUNKED, CHUNKED) + EMPTY,
    "vertical tab": head("Transfer-Encoding: \x0bchunked") + EMPTY,
    "chunks in HTTP/1.0": head(CHUNKED, status="HTTP/1.0 200 OK") + EMPTY,
    "folded header": head("X-A: b", " c", "Content-Length: 2") + b"{}",
    "folded coding": head("Transfer-Encoding:", " chunked") + EMPTY,
    "NUL in a value": head("X-A: b\x00c", "Content-Length: 2") + b"{}",
    "control character": head("X-A: b\x01c", "Content-Length: 2") + b"{}",
    "bare carriage return": head("X-A: b\rX-B: c", "Content-Length: 2") + b"{}",
    "bare line feed": head("X-A: b\nX-B: c", "Content-Length: 2") + b"{}",
    "line feeds only": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "space before colon": head("Content-Length : 2") + b"{}",
    "no header name": head(": x", "Content-Length: 2") + b"{}",
    "line feeds between chunks": head(CHUNKED) + b"2\n{}\n0\n\n",
    "space behind a size": head(CHUNKED) + b"2 \r\n{}\r\n0\r\n\r\n",
    "a hex prefix": head(CHUNKED) + b"0x2\r\n{}\r\n0\r\n\r\n",
    "more than the size": head(CHUNKED) + b"1\r\n{}\r\n0\r\n\r\n",
    "a status of two digits": head("Content-Length: 2", status="HTTP/1.1 99 OK") + b"{}",
    "a status beyond 599": head("Content-Length: 2", status="HTTP/1.1 600 OK") + b"{}",
    "another protocol": head("Upgrade: x", "Connection: Upgrade", status="HTTP/1.1 101 Switching Protocols"),
    "HTTP/2.0": head("Content-Length: 2", status="HTTP/2.0 200 OK") + b"{}",
    "HTTP/0.9": b"hello",
    "an endless header": head("X-A: " + "x" * 200_000, "Content-Length: 2") + b"{}",
}
HIDDEN = answer(b"hidden", "200 OK", "Set-Cookie: hidden=1")
FOLLOWED = {
    "another answer": answer(b"first") + HIDDEN,
    "more than its length": answer(b"first") + b"hidden",
    "more than its chunks": head(CHUNKED) + b"5\r\nfirst\r\n" + EMPTY + HIDDEN,
    "a trailer": head(CHUNKED) + b"5\r\nfirst\r\n0\r\nSet-Cookie: hidden=1\r\n\r\n",
    "a body of what has none": head("Content-Length: 6", status="HTTP/1.1 304 Not Modified") + b"hidden",
    "a body of nothing": head("Content-Length: 6", status="HTTP/1.1 204 No Content") + b"hidden",
}


async def first_and_next(gateway: Door, raw: bytes):
    """The caller's answer to what the service answered with `raw`, and the next answer on the same connection."""

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(raw)
        await writer.drain()
        writer.close()

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        first = await wire.answer()
        await wire.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return first, await wire.answer()


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD.keys())
async def test_odd_answer_is_refused(gateway: Door, raw: bytes):
    refused, following = await first_and_next(gateway, raw)
    assert refused.status == 503 and b"/problems/service-unavailable" in refused.body
    assert following.body == b'{"status":"ok"}'


@pytest.mark.parametrize("raw", FOLLOWED.values(), ids=FOLLOWED.keys())
async def test_what_follows_an_answer_reaches_nobody(gateway: Door, raw: bytes):
    first, following = await first_and_next(gateway, raw)
    assert first.body in (b"first", b"") and first.get("set-cookie") is None
    assert following.body == b'{"status":"ok"}'
    async with gateway.wire() as wire:  # nor the next caller of the same service
        gateway.services["case"].script = _plain
        await wire.send("GET /api/cases/2 HTTP/1.1\r\nHost: x\r\n\r\n")
        got = await wire.answer()
        assert got.body == b"plain" and got.get("set-cookie") is None


async def _plain(asked: Asked, writer) -> None:
    await asked.read()
    writer.write(answer(b"plain"))

"""Bodies cross the gateway unchanged, as they come, and none over its limit."""

import asyncio
import hashlib
import os

import pytest
from gateway.routes import KB, ROUTES
from gateway_kit.door import Door
from gateway_kit.services import Asked, answer

MB = 1024 * KB
ODD = bytes(range(256)) + b"\r\n\r\n0\r\n\r\n{" + b"\x00" * 50 + "签名原文 ".encode() + b"\xff\xfe"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("path", [route.prefix for route in ROUTES if route.webhook])
async def test_partners_bytes_arrive_as_they_were_signed(gateway: Door, path: str):
    signature = "Wechatpay-Signature: qS+/=\r\nX-Sign: a\r\nX-Sign: b\r\nAuthorization: Sign abc\r\n"
    async with gateway.wire() as wire:
        await wire.send(
            f"POST {path}?t=1 HTTP/1.1\r\nHost: x\r\n{signature}Content-Length: {len(ODD)}\r\n\r\n"
        )
        await wire.send(ODD)
        assert (await wire.answer()).status == 200
    asked = next(service.last for service in gateway.services.values() if service.asked)
    assert asked.body == ODD and asked.target == f"{path}?t=1"
    assert [pair for pair in asked.headers if pair[0] in ("wechatpay-signature", "x-sign", "authorization")] == [
        ("wechatpay-signature", "qS+/="), ("x-sign", "a"), ("x-sign", "b"), ("authorization", "Sign abc"),
    ]  # fmt: skip


async def test_chunked_body_arrives_whole(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send(b"POST /api/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        await wire.send(chunked(ODD, b"x", ODD))
        assert (await wire.answer()).status == 200
    assert gateway.services["case"].last.body == ODD + b"x" + ODD


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_empty_bodies_stay_empty(gateway: Door, method: str):
    for head in ("", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"):
        async with gateway.wire() as wire:
            body = "0\r\n\r\n" if "chunked" in head else ""
            await wire.send(f"{method} /api/cases HTTP/1.1\r\nHost: x\r\n{head}\r\n{body}")
            assert (await wire.answer()).status == 200
        assert gateway.services["case"].last.body == b"" and gateway.services["case"].last.ended


async def test_upload_of_10_mb_arrives(gateway: Door):
    photo = os.urandom(10 * MB)
    async with gateway.client.post(gateway.url + "/api/cases/1/materials", data=photo) as response:
        assert response.status == 200
    asked = gateway.services["case"].last
    assert asked.get("content-length") == str(len(photo)) and asked.body == photo


@pytest.mark.parametrize("over", [1, 30 * MB])
async def test_body_over_its_announced_limit_is_refused_before_it_is_sent(gateway: Door, over: int):
    async with gateway.wire() as wire:
        await wire.send(f"POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: {11 * MB + over}\r\n\r\n")
        refused = await wire.answer()
    assert refused.status == 413 and b'"limit_bytes":11534336' in refused.body
    assert gateway.asked == 0


async def test_caller_who_sends_too_much_regardless_still_reads_why(gateway: Door):
    """A connection reset under the upload would show in a browser as a network error."""
    async with gateway.client.post(gateway.url + "/api/payments/orders", data=b"x" * (12 * MB)) as refused:
        assert refused.status == 413
        assert (await refused.json(content_type=None))["type"] == "/problems/payload-too-large"
    assert gateway.asked == 0


async def test_chunked_body_over_its_limit_is_refused_in_the_middle(gateway: Door):
    async def endless():
        for _ in range(40):
            yield b"x" * (64 * KB)

    async with gateway.client.post(gateway.url + "/api/payments/orders", data=endless()) as refused:
        assert refused.status == 413
    assert not gateway.services["payment"].last.ended
    async with gateway.client.get(gateway.url + "/api/payments/orders") as response:
        assert response.status == 200


async def test_expect_continue_is_answered_here_and_only_when_the_body_is_wanted(gateway: Door):
    async with gateway.wire() as wire:
        head = "POST {} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n"
        await wire.send(head.format("/api/cases", 5))
        assert (await wire.head()).status == 100
        await wire.send("hello")
        assert (await wire.answer()).status == 200
        assert gateway.services["case"].last.get("expect") is None
        await wire.send(head.format("/api/payments/orders", 2 * MB))
        assert (await wire.answer()).status == 413


@pytest.mark.parametrize("length", ["Transfer-Encoding: chunked", f"Content-Length: {3 * MB}"])
async def test_body_reaches_the_service_before_the_caller_has_sent_it_all(gateway: Door, length: str):
    first = asyncio.Event()
    begun = bytearray()

    async def script(asked: Asked, writer) -> None:
        async for chunk in asked.chunks():
            begun.extend(chunk)
            first.set()
        writer.write(answer(b"all"))

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send(f"POST /api/cases HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n")
        half = b"x" * (MB + MB // 2)
        in_chunks = "chunked" in length
        await wire.send(b"%x\r\n%s\r\n" % (len(half), half) if in_chunks else half)
        async with asyncio.timeout(10):
            await first.wait()
        await wire.send(chunked(half) if in_chunks else half)
        assert (await wire.answer()).body == b"all"
    assert begun == half * 2


async def test_answer_reaches_the_caller_before_the_service_has_given_it_all(gateway: Door):
    go_on = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        await go_on.wait()
        writer.write(b"4\r\nrest\r\n0\r\n\r\n")

    gateway.services["case"].script = script
    async with gateway.client.get(gateway.url + "/api/cases/1") as response:
        assert await response.content.readexactly(4) == b"half"
        go_on.set()
        assert await response.read() == b"rest"


async def test_large_answer_arrives_unchanged(gateway: Door):
    block = os.urandom(MB)

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (20 * MB))
        for _ in range(20):
            writer.write(block)
            await writer.drain()

    gateway.services["case"].script = script
    digest = hashlib.sha256()
    async with gateway.client.get(gateway.url + "/api/documents/1") as response:
        assert response.content_length == 20 * MB
        async for chunk in response.content.iter_any():
            digest.update(chunk)
    assert digest.digest() == hashlib.sha256(block * 20).digest()


async def test_early_answer_ends_an_upload(gateway: Door):
    """The service has seen enough: the caller reads its answer, and the connection is not used again."""

    async def script(asked: Asked, writer) -> None:
        async for _ in asked.chunks():
            break
        writer.write(answer(b'{"no":1}', "415 Unsupported Media Type"))
        await writer.drain()
        writer.close()

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send(f"POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: {5 * MB}\r\n\r\n")
        await wire.send(b"x" * MB)
        got = await wire.head()
        assert got.status == 415 and got.get("connection") == "close"
        assert await wire.reader.readexactly(8) == b'{"no":1}'

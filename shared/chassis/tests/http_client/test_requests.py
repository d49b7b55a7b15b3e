"""What goes out: heads, uploads, and exchanges that are given up."""

import asyncio

import pytest
from chassis.http_client import Torn, Unsendable
from raw_server import OK, Wire, answers, body_of, get, pooled, serving, until

MB = 1 << 20


async def test_request_goes_out_as_it_was_given():
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head())
        await wire.send(OK)

    async with serving(script) as server, pooled(server.url + "/base/") as pool:
        await pool.request(
            b"GET", b"/a%2Fb?q=1", [(b"x-a", b"\xe5"), (b"x-b", b""), (b"x-a", b"2")], silence=5
        )
    host = server.url.removeprefix("http://").encode()
    assert server.heads == [
        b"GET /base/a%2Fb?q=1 HTTP/1.1\r\nhost: " + host + b"\r\nx-a: \xe5\r\nx-b: \r\nx-a: 2\r\n\r\n"
    ]


@pytest.mark.parametrize(
    ("method", "body", "framing"),
    [
        (b"GET", None, None),
        (b"DELETE", None, None),
        (b"POST", None, b"content-length: 0"),
        (b"PUT", b"", b"content-length: 0"),
        (b"POST", b"{}", b"content-length: 2"),
    ],
)
async def test_length_of_the_body_is_said_once(method: bytes, body: bytes | None, framing: bytes | None):
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head() + await wire.reader.readexactly(len(body or b"")))
        await wire.send(OK)

    async with serving(script) as server, pooled(server.url) as pool:
        await pool.request(method, b"/", [], body, silence=5)
    head, _, sent = server.heads[0].partition(b"\r\n\r\n")
    assert sent == (body or b"")
    assert head.split(b"\r\n")[2:] == ([framing] if framing else [])


@pytest.mark.parametrize(
    ("target", "header"),
    [
        (b"/x", (b"x-a", b"b\r\nX-Injected: 1")),
        (b"/x", (b"x-a", b"b\nX-Injected: 1")),
        (b"/x", (b"x-a", b"b\rX-Injected: 1")),
        (b"/x", (b"x-a", b"b\x00")),
        (b"/x", (b"x-a\r\nx-b", b"c")),
        (b"/x HTTP/1.1\r\nX-Injected: 1\r\n\r\n", (b"x-a", b"b")),
        (b"/x HTTP/1.1", (b"x-a", b"b")),
    ],
)
async def test_what_would_end_its_line_is_never_sent(target: bytes, header: tuple[bytes, bytes]):
    async with serving(answers(OK)) as server, pooled(server.url) as pool:
        with pytest.raises(Unsendable):
            await pool.request(b"GET", target, [header], silence=5)
        assert server.connections == 0


async def stream(*chunks: bytes):
    for chunk in chunks:
        yield chunk


async def test_upload_of_known_length_goes_as_it_is():
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head() + await wire.reader.readexactly(7))
        await wire.send(OK)
        await wire.head()
        await wire.send(OK)

    async with serving(script) as server, pooled(server.url) as pool:
        await pool.request(b"POST", b"/", [], stream(b"abc", b"", b"defg"), length=7, silence=5)
        assert server.heads[0].endswith(b"content-length: 7\r\n\r\nabcdefg")
        await get(pool)
        assert server.connections == 1


async def test_upload_of_unknown_length_goes_in_chunks():
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head())
        server.heads.append(await wire.reader.readuntil(b"0\r\n\r\n"))
        await wire.send(OK)

    async with serving(script) as server, pooled(server.url) as pool:
        await pool.request(b"POST", b"/", [], stream(b"abc", b"", b"x" * 17), silence=5)
    assert server.heads[0].endswith(b"transfer-encoding: chunked\r\n\r\n")
    assert server.heads[1] == b"3\r\nabc\r\n11\r\n" + b"x" * 17 + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("chunks", [(b"abc",), (b"abc", b"defgh"), ()])
async def test_upload_of_another_length_than_announced_is_no_request(chunks: tuple[bytes, ...]):
    taken = bytearray()

    async def script(wire: Wire) -> None:
        await wire.head()
        while data := await wire.reader.read(100):
            taken.extend(data)

    async with serving(script) as server, pooled(server.url) as pool:
        with pytest.raises(Unsendable):
            await pool.request(b"PUT", b"/", [], stream(*chunks), length=5, silence=5)
        await until(lambda: server.ended == 1)
        assert len(taken) < 5 and server.connections == 1


async def test_what_the_upload_raises_the_request_raises():
    class OutOfPaper(Exception):
        pass

    async def body():
        yield b"abc"
        raise OutOfPaper

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        with pytest.raises(OutOfPaper):
            await pool.request(b"POST", b"/", [], body(), silence=5)
        await until(lambda: server.ended == 1)


async def test_upload_waits_for_the_other_side_to_take_it():
    size, taken = 64, 0
    go_on = asyncio.Event()

    async def body():
        nonlocal taken
        for _ in range(size):
            taken += 1
            yield b"x" * MB
            await asyncio.sleep(0)

    async def script(wire: Wire) -> None:
        await wire.head()
        await go_on.wait()
        await wire.reader.readexactly(size * MB)
        await wire.send(OK)

    async with serving(script) as server, pooled(server.url) as pool:
        upload = asyncio.create_task(pool.request(b"POST", b"/", [], body(), length=size * MB, silence=5))
        await until(lambda: taken > 0)
        for _ in range(1_000):  # turns of the loop in which it could go on
            await asyncio.sleep(0)
        assert taken < size / 2
        go_on.set()
        assert (await upload).body == b"ok"


async def test_slow_upload_is_no_silence_of_the_other_side():
    async def body():
        for _ in range(4):
            await asyncio.sleep(0.1)
            yield b"x"

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.reader.readuntil(b"0\r\n\r\n")
        await wire.send(OK)
        await wire.head()
        await wire.reader.readuntil(b"0\r\n\r\n")
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        assert (await pool.request(b"POST", b"/", [], body(), silence=0.2)).body == b"ok"
        with pytest.raises(TimeoutError):  # from its end on it counts
            await pool.request(b"POST", b"/", [], body(), silence=0.2)
        assert server.connections == 1


async def test_early_answer_ends_the_upload_and_its_connection():
    ended = asyncio.Event()

    async def body():
        try:
            yield b"x" * 1_000
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(OK)
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        answer = await pool.request(b"POST", b"/", [], body(), length=MB, silence=5)
        assert answer.body == b"ok"
        await ended.wait()
        await until(lambda: server.ended == 1)


async def test_large_answer_may_begin_while_the_upload_goes_on():
    async def body():
        for _ in range(10):
            yield b"x" * 100
            await asyncio.sleep(0)

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        await wire.reader.readexactly(1_000)
        await wire.send(b"y" * 100_000)
        await wire.head()
        await wire.send(OK)

    async with serving(script) as server, pooled(server.url) as pool:
        answer = await pool.request(b"POST", b"/", [], body(), length=1_000, silence=5)
        assert await body_of(answer) == b"y" * 100_000
        await get(pool)
        assert server.connections == 1


async def test_request_that_is_cancelled_ends_its_connection():
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head())
        await wire.closed()

    async with serving(script) as server, pooled(server.url, connections=1) as pool:
        for number in range(1, 4):  # with one connection: none is leaked
            request = asyncio.create_task(get(pool))
            await until(lambda number=number: len(server.heads) == number)
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request
            await until(lambda number=number: server.ended == number)


async def test_cancelled_upload_stops():
    ended = asyncio.Event()

    async def body():
        try:
            yield b"x"
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head())
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        request = asyncio.create_task(pool.request(b"POST", b"/", [], body(), silence=5))
        await until(lambda: len(server.heads) == 1)
        request.cancel()
        await ended.wait()
        await until(lambda: server.ended == 1)


async def test_answer_that_is_closed_half_read_ends_its_connection():
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf")
        await wire.closed()

    async with serving(script) as server, pooled(server.url, connections=1) as pool:
        for number in range(1, 3):
            answer = await get(pool)
            assert await answer.some() == b"half"
            answer.close()
            answer.close()
            await until(lambda number=number: server.ended == number)


async def test_closing_the_pool_tears_what_is_under_way():
    async def script(wire: Wire) -> None:
        server.heads.append(await wire.head())
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        request = asyncio.create_task(get(pool))
        await until(lambda: len(server.heads) == 1)
        await pool.close()
        with pytest.raises(Torn):
            await request

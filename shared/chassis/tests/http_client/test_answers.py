"""Answers of every shape, and what passes for one and is none."""

import asyncio

import pytest
from chassis.http_client import BadAnswer, Dropped, Silent, Torn
from raw_server import OK, Wire, answers, body_of, get, pooled, serving, until

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def test_small_answer_comes_whole_with_its_headers_as_they_were():
    raw = (
        HEAD
        + b"X-A: 1\r\nSet-Cookie: b=\xe5\xbc\xa0\r\nX-Empty:\r\nset-cookie: c\r\nContent-Length: 2\r\n\r\nok"
    )
    async with serving(answers(raw)) as server, pooled(server.url) as pool:
        answer = await get(pool)
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.headers == [
        (b"x-a", b"1"), (b"set-cookie", b"b=\xe5\xbc\xa0"), (b"x-empty", b""), (b"set-cookie", b"c"),
        (b"content-length", b"2"),
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [OK, CHUNKED + b"1\r\no\r\n1\r\nk\r\n0\r\nX-Trailer: t\r\n\r\n"])
async def test_answer_that_comes_byte_by_byte_is_the_same(raw: bytes):
    async def script(wire: Wire) -> None:
        for _ in range(2):
            await wire.head()
            for byte in raw:
                await wire.send(bytes([byte]))
                await asyncio.sleep(0)

    async with serving(script) as server, pooled(server.url) as pool:
        for _ in range(2):
            answer = await get(pool)
            assert await body_of(answer) == b"ok" and b"x-trailer" not in dict(answer.headers)
        assert server.connections == 1


async def test_chunks_that_came_in_one_piece_are_handed_over_whole():
    async with serving(answers(CHUNKED + b"2;x=y\r\nok\r\n0\r\n\r\n")) as server, pooled(server.url) as pool:
        assert (await get(pool)).body == b"ok"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        HEAD + b"Content-Length: 0\r\n\r\n",
    ],
)
async def test_answer_without_a_body_ends_with_its_head(raw: bytes):
    async with serving(answers(raw, OK)) as server, pooled(server.url) as pool:
        assert (await get(pool)).body == b""
        assert (await get(pool)).body == b"ok"
        assert server.connections == 1


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 7\r\n", b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n"]
)
async def test_answer_to_head_has_no_body_whatever_it_names(framing: bytes):
    async with serving(answers(HEAD + framing + b"\r\n", OK)) as server, pooled(server.url) as pool:
        assert (await get(pool, method=b"HEAD")).body == b""
        assert (await get(pool)).body == b"ok"
        assert server.connections == 1


async def test_body_behind_an_answer_to_head_is_nobodys_answer():
    async with (
        serving(answers(HEAD + b"Content-Length: 2\r\n\r\nno", OK)) as server,
        pooled(server.url) as pool,
    ):
        for _ in range(2):
            assert (await get(pool, method=b"HEAD")).body == b""
        assert server.connections == 2


async def test_interim_answers_are_left_out():
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    async with serving(answers(early + OK)) as server, pooled(server.url) as pool:
        answer = await get(pool)
        assert answer.body == b"ok" and answer.headers == [(b"content-length", b"2")]


async def test_answer_without_a_length_ends_with_its_connection():
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(HEAD + b"\r\nuntil ")
        await wire.send(b"the end")

    async with serving(script) as server, pooled(server.url) as pool:
        for _ in range(2):
            assert await body_of(await get(pool)) == b"until the end"
        assert server.connections == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
    ],
)
async def test_connection_that_is_to_end_is_not_kept(raw: bytes):
    async with serving(answers(raw)) as server, pooled(server.url) as pool:
        for _ in range(2):
            assert (await get(pool)).body == b"ok"
        assert server.connections == 2


async def test_large_answer_is_read_while_it_comes():
    go_on = asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(HEAD + b"Content-Length: 100000\r\n\r\nfirst")
        await go_on.wait()
        await wire.send(b"x" * 99_995)
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        answer = await get(pool)
        assert answer.body is None and await answer.some() == b"first"
        go_on.set()
        assert len(await answer.read()) == 99_995 and await answer.some() == b""
        assert server.ended == 0  # the connection is kept


async def test_answer_that_nobody_reads_is_held_back():
    size = 20 << 20

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(HEAD + b"Content-Length: %d\r\n\r\n" % size)
        for _ in range(20):
            await wire.send(b"x" * (1 << 20))

    async with serving(script) as server, pooled(server.url) as pool:
        answer = await get(pool)
        pieces = []
        while piece := await answer.some():
            pieces.append(len(piece))
            for _ in range(100):  # turns of the loop in which it could go on coming
                await asyncio.sleep(0)
        assert sum(pieces) == size and max(pieces) <= 2 * 262_144


BAD = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "another version": b"HTTP/3.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "one length twice": HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "a list of lengths": HEAD + b"Content-Length: 2, 2\r\n\r\nok",
    "a negative length": HEAD + b"Content-Length: -2\r\n\r\nok",
    "an enormous length": HEAD + b"Content-Length: 99999999999999999999\r\n\r\nok",
    "length and chunks": HEAD
    + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunks and length": HEAD
    + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "another coding": HEAD + b"Transfer-Encoding: gzip\r\n\r\nok",
    "two codings": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": CHUNKED + b"zz\r\nok\r\n0\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "folded header": HEAD + b"X-A: b\r\n Content-Length: 2\r\n\r\nok",
    "space before colon": HEAD + b"Content-Length : 2\r\n\r\nok",
    "NUL in a value": HEAD + b"X-A: b\x00\r\nContent-Length: 2\r\n\r\nok",
    "a status too low": b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
    "a status too high": b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "another protocol, unnamed": b"HTTP/1.1 101 Switching\r\n\r\n",
    "one endless header": HEAD + b"X-Long: " + b"x" * 70_000,
    "endless headers": HEAD + b"X-A: b\r\n" * 20_000,
    "a head too large": HEAD + b"X-Long: " + b"x" * 70_000 + b"\r\nContent-Length: 2\r\n\r\nok",
    "endless interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 4_000,
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD.keys())
async def test_what_is_no_answer_is_refused_and_the_connection_ended(raw: bytes):
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(raw)
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        with pytest.raises(BadAnswer):
            await body_of(await get(pool))
        await until(lambda: server.ended == 1)


async def test_endless_trailers_are_cut():
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(CHUNKED + b"2\r\nok\r\n0\r\nX-Trailer: ")
        while True:
            await wire.send(b"x" * 10_000)

    async with serving(script) as server, pooled(server.url) as pool:
        with pytest.raises(BadAnswer):
            await body_of(await get(pool))


async def test_what_is_refused_is_not_repeated_in_the_error():
    async with (
        serving(answers(b"HTTP/1.1 200 OK\r\nsecret secret: 1\r\n\r\n")) as server,
        pooled(server.url) as pool,
    ):
        with pytest.raises(BadAnswer) as refused:
            await get(pool)
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", Dropped),
        (b"HTTP/1.1 20", Torn),
        (HEAD + b"Content-Le", Torn),
        (HEAD + b"Content-Length: 5\r\n\r\nhal", Torn),
        (HEAD + b"Content-Length: 100000\r\n\r\nhal", Torn),
        (CHUNKED + b"5\r\nhello\r\n", Torn),
        (CHUNKED + b"5\r\nhello\r\nff\r\nhal", Torn),
        (CHUNKED + b"5\r\nhello\r\n0\r\n", Torn),
        (b"HTTP/1.1 100 Continue\r\n\r\n", Torn),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_half_an_answer_is_torn(raw: bytes, error: type[Torn], reset: bool):
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(raw)
        if reset:
            wire.reset()

    async with serving(script) as server, pooled(server.url) as pool:
        with pytest.raises(Torn) as torn:
            await body_of(await get(pool))
        assert type(torn.value) is error
        assert server.connections == 1


async def test_what_came_before_it_tore_can_be_read():
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(HEAD + b"Content-Length: 100000\r\n\r\nfirst")

    async with serving(script) as server, pooled(server.url) as pool:
        answer = await get(pool)
        await until(lambda: server.ended == 1)
        assert await answer.some() == b"first"
        with pytest.raises(Torn):
            await answer.some()


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200", CHUNKED + b"5\r\nhello\r\n"])
async def test_silence_is_ended_with_its_connection(raw: bytes):
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(raw)
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        with pytest.raises(Silent):
            await body_of(await get(pool, silence=0.1))
        await until(lambda: server.ended == 1)


async def test_answer_that_trickles_is_no_silence_but_has_to_end_in_time():
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(HEAD + b"Content-Length: 60000\r\n\r\n")
        while True:
            await wire.send(b"x")
            await asyncio.sleep(0.02)

    async with serving(script) as server, pooled(server.url) as pool:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with pytest.raises(Silent):
            await pool.request(b"GET", b"/x", [], silence=0.2, until=begun + 0.5)
        assert loop.time() - begun > 0.45


async def test_patience_is_each_requests_own():
    """One timer serves a connection: a patient request before must not make an impatient one wait."""

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(OK)
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        await get(pool, silence=60)
        with pytest.raises(Silent):
            await get(pool, silence=0.1)
        assert server.connections == 1

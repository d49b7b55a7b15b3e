"""Requests that two programs could take apart differently reach no service."""

import asyncio

import pytest
from gateway_kit.door import Door
from gateway_kit.services import Asked

HIDDEN = "GET /internal/accounts/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


def post(*lines: str, body: str = "") -> str:
    return "\r\n".join(["POST /api/cases HTTP/1.1", "Host: x", *lines, "", body])


def get(*lines: str, target: str = "/api/cases") -> str:
    return "\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""])


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
    "two hosts": get("Host: x", "Host: y"),
    "one host twice": get("Host: x", "Host: x"),
    "no host": get("X-A: b"),
    "an empty host": get("Host:"),
    "a list of hosts": get("Host: x, y"),
    "a host with a path": get("Host: x/internal"),
    "a host with a user": get("Host: a@x"),
    "space before the line": " " + get("Host: x"),
    "tabs in the line": "GET\t/api/cases\tHTTP/1.1\r\nHost: x\r\n\r\n",
    "folded first header": "GET /api/cases HTTP/1.1\r\n Host: x\r\n\r\n",
    "line feed in the middle": "GET /api/cases HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n",
    "line feed at the end": "GET /api/cases HTTP/1.1\r\nHost: x\r\n\n",
    "DEL in a value": get("Host: x", "X-A: a\x7fb"),
    "NUL in a name": post("Transfer-Encoding\x00: chunked", "Content-Length: 5", body="hello"),
    "a name beyond ASCII": get("Host: x", "X\xe9: b"),
    "an empty coding": post("Transfer-Encoding:", body=HIDDEN),
    "an empty coding before chunked": post("Transfer-Encoding: ,chunked", body="0\r\n\r\n" + HIDDEN),
    "an empty coding behind chunked": post("Transfer-Encoding: chunked,", body="0\r\n\r\n" + HIDDEN),
    "chunked twice": post("Transfer-Encoding: chunked, chunked", body="0\r\n\r\n"),
    "chunked in two headers": post(
        "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body="0\r\n\r\n"
    ),
    "another coding first": post("Transfer-Encoding: gzip, chunked", body="0\r\n\r\n"),
    "another coding in a header of its own": post(
        "Transfer-Encoding: gzip", "Transfer-Encoding: chunked", body="0\r\n\r\n"
    ),
    "no coding at all": post("Transfer-Encoding: identity", body=HIDDEN),
    "quoted coding": post('Transfer-Encoding: "chunked"', body="0\r\n\r\n" + HIDDEN),
    "coding with a parameter": post("Transfer-Encoding: chunked;q=1", body="0\r\n\r\n" + HIDDEN),
    "vertical tab before chunked": post("Transfer-Encoding: \x0bchunked", body="0\r\n\r\n" + HIDDEN),
    "vertical tab behind chunked": post("Transfer-Encoding: chunked\x0b", body="0\r\n\r\n" + HIDDEN),
    "chunks in HTTP/1.0": "POST /api/cases HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + HIDDEN,
    "HTTP/0.9": "GET /api/cases\r\n\r\n",
    "HTTP/2.0": "GET /api/cases HTTP/2.0\r\nHost: x\r\n\r\n",
    "HTTP/1.10": "GET /api/cases HTTP/1.10\r\nHost: x\r\n\r\n",
    "protocol in lower case": "GET /api/cases http/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target without a slash": get("Host: x", target="api/cases"),
    "absolute form without a path": get("Host: x", target="http://x?/api/cases"),
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
    "space behind the size": "5 \r\nhello\r\n0\r\n\r\n",
    "space before the size": " 5\r\nhello\r\n0\r\n\r\n",
    "a negative size": "-5\r\nhello\r\n0\r\n\r\n",
    "a line feed in an extension": "5;a\nb\r\nhello\r\n0\r\n\r\n",
    "a line end in a quoted extension": '5;a="\r\nhello\r\n0\r\n\r\n',
    "an extension without a name": "5;\r\nhello\r\n0\r\n\r\n",
    "carriage returns alone": "5\rhello\r0\r\r",
    "a second carriage return": "5\r\r\nhello\r\n0\r\n\r\n",
    "a line feed behind the data": "5\r\nhello\n0\r\n\r\n",
    "a line feed at the end": "5\r\nhello\r\n0\r\n\n",
    "a folded trailer": "5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n",
    "a length in a trailer": "5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n",
    "a coding in a trailer": "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
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


@pytest.mark.parametrize(
    "target", ["http://x/api/cases?a=1", "http://elsewhere/api/cases?a=1", "https://a:b@x:99/api/cases?a=1"]
)
async def test_absolute_form_names_a_path_and_nothing_else(gateway: Door, target: str):
    async with gateway.wire() as wire:
        await wire.send(get("Host: x", target=target))
        assert (await wire.answer()).status == 200
    asked = gateway.services["case"].last
    assert asked.target == "/api/cases?a=1" and asked.all("host") == [
        f"127.0.0.1:{gateway.services['case'].port}"
    ]


@pytest.mark.parametrize(
    "target", ["http://x/internal/accounts", "*", "//x/api/cases", "/api/cases/../../internal"]
)
async def test_no_form_of_a_target_leads_around_the_table(gateway: Door, target: str):
    async with gateway.wire() as wire:
        await wire.send(get("Host: x", target=target))
        assert (await wire.answer()).status in (400, 404)
    assert gateway.asked == 0


@pytest.mark.parametrize("host", ["x", "x:8080", "127.0.0.1", "[::1]:80", "www.example.cn", "a_b-c.d"])
async def test_ordinary_hosts_pass(gateway: Door, host: str):
    async with gateway.wire() as wire:
        await wire.send(get(f"Host: {host}"))
        assert (await wire.answer()).status == 200


@pytest.mark.parametrize("spaces", ["\t{} ", "  {}  ", "{}"])
async def test_spaces_around_values_are_none_of_them(gateway: Door, spaces: str):
    async with gateway.wire() as wire:
        await wire.send(post(f"Content-Length:{spaces.format(5)}", body="hello"))
        assert (await wire.answer()).status == 200
        await wire.send(post(f"Transfer-Encoding:{spaces.format('Chunked')}", body="5\r\nhello\r\n0\r\n\r\n"))
        assert (await wire.answer()).status == 200
    assert [bytes(asked.body) for asked in gateway.services["case"].asked] == [b"hello", b"hello"]


@pytest.mark.parametrize(
    "name", ["Content_Length", "Transfer_Encoding", "X_Forwarded_For", "X-Forwarded_Proto"]
)
async def test_names_that_some_take_for_others_stop_here(gateway: Door, name: str):
    async with gateway.wire() as wire:
        await wire.send(post(f"{name}: 50", "X_Own: kept", "Content-Length: 5", body="hello"))
        assert (await wire.answer()).status == 200
    asked = gateway.services["case"].last
    assert asked.get(name.lower()) is None and asked.get("x_own") == "kept" and asked.body == b"hello"


async def test_refusal_does_not_pass_for_the_answer_to_an_earlier_request(gateway: Door):
    asked_for = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        asked_for.set()
        await asyncio.Event().wait()

    gateway.services["case"].script = script
    async with gateway.wire() as wire:
        await wire.send(get("Host: x"))
        await asked_for.wait()
        await wire.send(get("Host: x", "Host: y"))
        assert await wire.rest() == b""

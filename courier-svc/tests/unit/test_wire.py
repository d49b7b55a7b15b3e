"""What comes back from a courier is taken only where it is what was asked for, from where it should come."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from courier_svc.application.ports import CourierUnavailable
from courier_svc.channels.wire import Wire

PDF = b"%PDF-1.4 label"


async def api(request: web.Request) -> web.Response:
    """Says what the form asks it to say."""
    form = await request.post()
    return web.Response(
        status=int(str(form["status"])),
        body=str(form["say"]).encode() + b" " * int(str(form.get("padding", 0))),
    )


async def file(request: web.Request) -> web.StreamResponse:
    match request.match_info["name"]:
        case "label.pdf":
            return web.Response(body=PDF + request.headers.get("X-Auth-token", "").encode())
        case "page":
            return web.Response(text="<html>")
        case "moved":
            raise web.HTTPFound("/files/label.pdf")
        case "huge":
            return web.Response(body=PDF + b"x" * 5_000_000)
    raise web.HTTPNotFound


@pytest.fixture
async def base() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/api", api)
    app.router.add_get("/files/{name}", file)
    server = TestServer(app)
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


@pytest.fixture
async def wire(base: str) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(session, f"{base}/api")


async def test_an_answer_is_a_json_object(wire: Wire) -> None:
    assert await wire.post({"status": "200", "say": '{"中": "文"}'}) == {"中": "文"}


@pytest.mark.parametrize(
    ("status", "say"),
    [
        ("200", ""),
        ("200", "<html>"),
        ("200", "[]"),
        ("500", "{}"),
        ("302", "{}"),
        ("404", "{}"),
        ("200", "5"),
    ],
)
async def test_anything_else_says_nothing_about_what_was_done(wire: Wire, status: str, say: str) -> None:
    with pytest.raises(CourierUnavailable):
        await wire.post({"status": status, "say": say})


async def test_an_answer_longer_than_anybody_would_send_is_not_taken(wire: Wire) -> None:
    with pytest.raises(CourierUnavailable):
        await wire.post({"status": "200", "say": "{}", "padding": "2000000"})
    assert await wire.post({"status": "200", "say": "{}", "padding": "2000"}) == {}


async def test_a_label_is_fetched_from_the_couriers_own_host(wire: Wire, base: str) -> None:
    assert await wire.fetch_pdf(f"{base}/files/label.pdf", {"X-Auth-token": "t"}) == PDF + b"t"


@pytest.mark.parametrize(
    "address",
    [
        "{base}/files/page",
        "{base}/files/moved",
        "{base}/files/huge",
        "{base}/files/none",
        "http://localhost:{port}/files/label.pdf",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "//{base}",
        "",
        "not an address",
        None,
        5,
        {},
    ],
)
async def test_no_other_address_is_followed_and_nothing_but_a_pdf_taken(
    wire: Wire, base: str, address: Any
) -> None:
    if isinstance(address, str):
        address = address.format(base=base, port=base.rpartition(":")[2])
    with pytest.raises(CourierUnavailable):
        await wire.fetch_pdf(address)


async def test_a_file_is_not_fetched_in_clear_from_a_courier_spoken_to_in_secret(base: str) -> None:
    host = base.removeprefix("http://")
    async with aiohttp.ClientSession() as session:
        wire = Wire(session, f"https://{host}/api")
        with pytest.raises(CourierUnavailable):
            await wire.fetch_pdf(f"{base}/files/label.pdf")


async def test_files_may_come_from_where_the_contract_says(base: str) -> None:
    async with aiohttp.ClientSession() as session:
        wire = Wire(session, "http://courier.invalid/api", [base.removeprefix("http://")])
        assert await wire.fetch_pdf(f"{base}/files/label.pdf") == PDF

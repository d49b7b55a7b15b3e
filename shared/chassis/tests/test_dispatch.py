"""Routes found by a table answer as they would Starlette's way."""

import sys
from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio
from chassis.http.dispatch import DirectRoute, Dispatch
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

router = APIRouter(route_class=DirectRoute)


@router.get("/things/newest")
async def newest() -> dict[str, str]:
    return {"route": "newest"}


@router.get("/things/{name}")
async def one(name: str) -> dict[str, str]:
    return {"route": "one", "name": name}


@router.get("/things/{name}/{number}")
async def numbered(name: str, number: int) -> dict[str, object]:
    return {"route": "numbered", "number": number}


@router.get("/files/{rest:path}")
async def rest(rest: str) -> dict[str, str]:
    return {"route": "rest", "rest": rest}


@router.post("/broken")
async def broken() -> None:
    raise ZeroDivisionError


@router.get("/receipts/{receipt}")
async def unreadable(receipt: str) -> None:
    raise ZeroDivisionError


@router.get("/emptied")
async def emptied(response: Response) -> dict[str, str] | None:
    response.status_code = 204
    return None


@router.get("/amiss")
async def amiss(page: int = 1) -> dict[str, str]:
    return {"amiss": repr(sys.exc_info()[1])}


async def push(request: Request) -> Response:
    return Response(await request.body(), 202)


router.add_route("/push", push, methods=["POST"])


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.router.routes.extend(router.routes)
    transport = httpx2.ASGITransport(app=Dispatch(router.routes, otherwise=app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
        yield client


async def test_what_was_declared_first_wins(client: httpx2.AsyncClient):
    assert (await client.get("/things/newest")).json() == {"route": "newest"}
    assert (await client.get("/things/other")).json() == {"route": "one", "name": "other"}


async def test_parameters_are_decoded_and_checked(client: httpx2.AsyncClient):
    assert (await client.get("/things/%E8%BA%AB%20x")).json()["name"] == "身 x"
    assert (await client.get("/things/a/7")).json() == {"route": "numbered", "number": 7}
    answer = await client.get("/things/a/seven")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_path_of_any_length_and_what_nobody_serves_go_starlettes_way(client: httpx2.AsyncClient):
    assert (await client.get("/files/a/b/c")).json() == {"route": "rest", "rest": "a/b/c"}
    assert (await client.get("/nothing")).status_code == 404
    answer = await client.post("/things/newest")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


async def test_a_plain_route_gets_the_request_as_it_came(client: httpx2.AsyncClient):
    answer = await client.post("/push", content=b"\x00\xff")
    assert (answer.status_code, answer.content) == (202, b"\x00\xff")


async def test_an_unforeseen_error_is_a_problem_with_the_requests_id(client: httpx2.AsyncClient):
    answer = await client.post("/broken", headers={"X-Request-Id": "abcdef0123456789"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "abcdef0123456789"
    assert "ZeroDivision" not in answer.text


async def test_what_stands_in_a_path_is_not_logged_with_an_unforeseen_error(client: httpx2.AsyncClient):
    with capture_logs() as lines:
        assert (await client.get("/receipts/opens-a-report")).status_code == 500
    (line,) = [line for line in lines if line["event"] == "unforeseen_error"]
    assert line["route"] == "/receipts/{receipt}" and "opens-a-report" not in repr(line)


async def test_an_answer_that_may_have_no_body_has_none(client: httpx2.AsyncClient):
    answer = await client.get("/emptied")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers


async def test_a_request_that_goes_fastapis_way_is_no_error_of_its_endpoint(client: httpx2.AsyncClient):
    assert (await client.get("/amiss?page=2")).json() == {"amiss": "None"}

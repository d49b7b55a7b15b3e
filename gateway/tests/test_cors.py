"""Pages of configured origins may read our answers, and nobody else's pages."""

from collections.abc import AsyncIterator

import pytest
from chassis.testing import Tokens
from gateway.settings import GatewaySettings
from gateway_kit.door import Door, door
from gateway_kit.services import answer, says
from pydantic import ValidationError

WEB, APP = "https://www.example.cn", "http://localhost:5173"
STRANGERS = ("https://evil.cn", "https://www.example.cn.evil.cn", "http://www.example.cn", "https://WWW.example.cn",
             "https://www.example.cn:8443", "null", "*", "")  # fmt: skip
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,x-other",
}


@pytest.fixture
async def shared(tokens: Tokens) -> AsyncIterator[Door]:
    async with door(tokens, cors_origins=f"{WEB}, {APP}") as gateway:
        yield gateway


async def asked(gateway: Door, method: str, path: str, **headers: str):
    async with gateway.client.request(method, gateway.url + path, headers=headers) as response:
        await response.read()
        return response


def said(response) -> set[str]:
    return {name for name in map(str.lower, response.headers) if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [WEB, APP])
async def test_preflight_is_answered_here(shared: Door, origin: str):
    response = await asked(shared, "OPTIONS", "/api/cases", **PREFLIGHT, Origin=origin)
    assert response.status == 204 and shared.asked == 0
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert {"authorization", "idempotency-key", "content-type"} <= set(
        response.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"] and int(response.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("path", ["/api/cases/1", "/healthz", "/openapi.json", "/nothing-here"])
async def test_answers_may_be_read_by_the_origin_that_asked(shared: Door, path: str):
    response = await asked(shared, "GET", path, Origin=WEB)
    assert response.headers["Access-Control-Allow-Origin"] == WEB and "Origin" in response.headers["Vary"]
    assert {"x-request-id", "retry-after", "ratelimit"} <= set(
        response.headers["Access-Control-Expose-Headers"].split(", ")
    )


async def test_refusals_may_be_read_too(shared: Door):
    response = await asked(shared, "GET", "/api/cases/1", Origin=WEB, Authorization="Bearer x")
    assert response.status == 401 and response.headers["Access-Control-Allow-Origin"] == WEB


@pytest.mark.parametrize("origin", STRANGERS)
async def test_others_are_told_nothing(shared: Door, origin: str):
    for method, more in (("GET", {}), ("OPTIONS", PREFLIGHT)):
        response = await asked(shared, method, "/api/cases/1", Origin=origin, **more)
        assert said(response) == set() and "Origin" in response.headers["Vary"]


async def test_caches_keep_origins_apart_also_where_none_was_named(shared: Door):
    shared.services["case"].script = says(answer(b"{}", "200 OK", "Vary: Accept-Language"))
    response = await asked(shared, "GET", "/api/cases/1")
    assert response.headers.getall("Vary") == ["Accept-Language", "Origin"] and said(response) == set()


async def test_options_that_is_no_preflight_reaches_the_service(shared: Door):
    await asked(shared, "OPTIONS", "/api/cases", Origin=WEB)
    assert shared.services["case"].last.method == "OPTIONS"


async def test_what_a_service_says_of_origins_stands(shared: Door):
    shared.services["identity"].script = says(answer(b"{}", "200 OK", "Access-Control-Allow-Origin: *"))
    for origin in (WEB, "https://elsewhere.cn"):
        response = await asked(shared, "GET", "/.well-known/other", Origin=origin)
        assert response.headers.getall("Access-Control-Allow-Origin") == ["*"]
        assert said(response) == {"access-control-allow-origin"}


async def test_cookies_are_shared_only_where_that_is_configured(tokens: Tokens):
    async with door(tokens, cors_origins=WEB, cors_credentials=True) as gateway:
        for method, more in (("GET", {}), ("OPTIONS", PREFLIGHT)):
            response = await asked(gateway, method, "/api/cases/1", Origin=WEB, **more)
            assert response.headers["Access-Control-Allow-Credentials"] == "true"
            assert response.headers["Access-Control-Allow-Origin"] == WEB  # never `*`
        response = await asked(gateway, "GET", "/api/cases/1", Origin="https://evil.cn")
        assert said(response) == set()


async def test_without_configured_origins_nobody_is_told_anything(gateway: Door):
    for method, more in (("GET", {}), ("OPTIONS", PREFLIGHT)):
        response = await asked(gateway, method, "/api/cases/1", Origin=WEB, **more)
        assert said(response) == set() and "Vary" not in response.headers


@pytest.mark.parametrize(
    "value", ["*", "null", "www.example.cn", "https://a.cn/", "https://A.cn", "https://u@a.cn"]
)
def test_origins_that_are_none_are_named(value: str):
    urls = dict.fromkeys(
        (f"{name}_url" for name in ("identity", "catalog", "case", "payment", "courier", "evaluation")),
        "http://a:1",
    )
    with pytest.raises(ValidationError):
        GatewaySettings(**urls, cors_origins=value)

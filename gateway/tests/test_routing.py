"""Which service answers which path, and what nobody outside ever reaches."""

import pytest
from gateway.routes import ROUTES, RoutingTable
from gateway_kit.door import Door

REACHED = [
    ("/api/catalog/items", "catalog"),
    ("/api/catalog", "catalog"),
    ("/api/catalog/", "catalog"),
    ("/api/identity/me", "identity"),
    ("/api/identity/sessions/refresh", "identity"),
    ("/oidc/token", "identity"),
    ("/login", "identity"),
    ("/login/code/enter", "identity"),
    ("/api/cases", "case"),
    ("/api/cases/018f/materials/photo", "case"),
    ("/api/documents/018f", "case"),
    ("/verify", "case"),
    ("/verify/ABC-123", "case"),
    ("/api/payments/orders", "payment"),
    ("/webhooks/payments/bank/treasury", "payment"),
    ("/webhooks/payments/bank/treasury/refunds", "payment"),
    ("/api/shipments/1", "courier"),
    ("/webhooks/courier/ems", "courier"),
    ("/webhooks/courier/sf/a-secret-of-ours", "courier"),
    ("/api/reviews", "evaluation"),
    ("/api/evaluation/statistics", "evaluation"),
    ("/api/ops/case-svc/stuck", "case"),
    ("/api/ops/payment-svc/parked-messages/1/replay", "payment"),
]

NOT_REACHED = [
    "/internal/accounts/1",
    "/internal",
    "/INTERNAL/accounts/1",
    "/api/internal/accounts/1",
    "/api",
    "/api/casesecret",
    "/api/catalogue",
    "/API/cases",
    "/api/Cases",
    "/verifyx",
    "/webhooks",
    "/webhooks/unknown",
    "/api/ops/case-svcx/stuck",
    "/openapi.json/x",
    "/.well-known-not",
    "/oidcx/token",
    "/loginx",
    "//internal/accounts/1",
    "/%69nternal/accounts/1",
    "/internal%2faccounts",
    "/%2finternal",
    "/.%2finternal/x",
]

AMBIGUOUS = [
    "/api/cases/../../internal/accounts/1",
    "/api/cases/..",
    "/api/cases/.",
    "/api/cases/./x",
    "/api/cases/%2e%2e/%2e%2e/internal/accounts/1",
    "/api/cases/.%2e/internal",
    "/api/cases/%2E./internal",
    "/api/cases/%2e",
    "/api/cases//internal",
    "/api/cases/x//",
    "/api/cases/..%2finternal",
    "/api/cases/..%2Finternal",
    "/api/cases/..%5cinternal",
    "/api/cases/..\\internal",
    "/api/cases/%252e%252e/internal",
    "/api/cases/%25%32%65",
    "/api/cases/x%00",
    "/api/cases/x%0d%0aHost:evil",
    "/%61pi/cases/%2e%2e/internal",
    "/webhooks/payments/bank/treasury/../courier",
]


@pytest.mark.parametrize(("path", "service"), REACHED)
def test_path_belongs_to_its_service(path: str, service: str):
    route = RoutingTable().find(path)
    assert route is not None and route.service == service


def test_longest_prefix_wins():
    found = RoutingTable().find("/api/identity/sessions/refresh")
    assert found is not None and found.prefix == "/api/identity/sessions"


def test_no_row_of_the_table_leads_inside():
    assert not [route for route in ROUTES if "internal" in route.prefix]


async def test_each_service_is_asked_for_the_path_as_it_came(gateway: Door):
    for path, service in REACHED:
        async with gateway.client.post(gateway.url + path + "?a=1&a=%E8%BA%AB&b=", data=b"x") as response:
            assert response.status == 200, path
        assert gateway.services[service].last.target == path + "?a=1&a=%E8%BA%AB&b="
        assert gateway.services[service].last.method == "POST"
    assert gateway.asked == len(REACHED)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_what_is_in_no_row_is_not_there(gateway: Door, method: str):
    for path in NOT_REACHED:
        async with gateway.wire() as wire:
            await wire.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            answer = await wire.answer(to_head=method == "HEAD")
        assert answer.status == 404, path
        assert answer.get("content-type") == "application/problem+json"
    assert gateway.asked == 0


async def test_paths_that_can_be_read_in_two_ways_are_refused(gateway: Door):
    for path in AMBIGUOUS:
        async with gateway.wire() as wire:
            await wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await wire.answer()
        assert answer.status == 400, path
        assert b"/problems/bad-path" in answer.body
    assert gateway.asked == 0


@pytest.mark.parametrize("target", ["http://evil.example/internal/x", "http://evil.example//internal/x"])
async def test_absolute_form_reaches_nothing_more(gateway: Door, target: str):
    async with gateway.wire() as wire:
        await wire.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await wire.answer()).status == 404
    assert gateway.asked == 0


async def test_absolute_form_asks_our_service_and_not_the_named_host(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send("GET http://evil.example/api/cases/1?x=2 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert (await wire.answer()).status == 200
    asked = gateway.services["case"].last
    assert asked.target == "/api/cases/1?x=2"
    assert asked.all("host") == [gateway.services["case"].url.removeprefix("http://")]


@pytest.mark.parametrize("line", ["CONNECT internal:80", "OPTIONS *", "GET", "FROB /api/cases"])
async def test_requests_that_are_none_are_refused(gateway: Door, line: str):
    async with gateway.wire() as wire:
        await wire.send(f"{line} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"))
        assert (await wire.answer()).status in (400, 404)
    assert gateway.asked == 0


async def test_methods_that_serve_only_attackers_are_refused(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send("TRACE /api/cases HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n")
        answer = await wire.answer()
    assert answer.status == 405 and "GET" in (answer.get("allow") or "")
    assert b"secret" not in answer.body and gateway.asked == 0


async def test_raw_utf8_in_a_query_reaches_the_service_escaped(gateway: Door):
    async with gateway.wire() as wire:
        for _ in range(2):  # also on a connection that is kept
            await wire.send("GET /api/catalog/items?q=身份证&x=a+b%20c HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await wire.answer()).status == 200
            escaped = "q=%E8%BA%AB%E4%BB%BD%E8%AF%81&x=a+b%20c"
            assert gateway.services["catalog"].last.target == f"/api/catalog/items?{escaped}"

"""One API document, and pages that work where there is no internet."""

import asyncio
import json
import re
from typing import Any

import pytest
from gateway.own.merged_document import MergedDocument
from gateway.routes import SERVICES, RoutingTable
from gateway_kit.door import Door
from gateway_kit.services import answer
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

REF = "#/components/schemas/"


def operation(name: str, schema: str, **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": REF + schema}}}
    problem = {"application/problem+json": {"schema": {"$ref": REF + "ProblemDocument"}}}
    return {
        "operationId": name,
        "responses": {
            "200": {"description": "ok", "content": content},
            "4XX": {"description": "no", "content": problem},
        },
        **more,
    }


def document_of(service: str, path: str) -> dict[str, Any]:
    """What a service's framework would write, all of them with the same names in it."""
    mangled = re.sub(r"\W", "_", path)
    thing = {"type": "object", "properties": {"parts": {"type": "array", "items": {"$ref": REF + "Part"}}}}
    either = {
        "oneOf": [{"$ref": REF + "Part"}, {"$ref": REF + "Thing"}],
        "discriminator": {"propertyName": "kind", "mapping": {"part": REF + "Part", "thing": REF + "Thing"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": service, "version": "1"},
        "paths": {
            path: {
                "get": operation(f"list{mangled}_get", "Thing", tags=[service]),
                "post": operation(f"list{mangled}_post", "Either", tags=["ops"]),
            },
            "/internal/secrets": {"get": operation("secrets_internal_secrets_get", "Secret")},
            "/metrics": {"get": operation("metrics_metrics_get", "Part")},
        },
        "components": {
            "schemas": {
                "Thing": thing,
                "Part": {"type": "object", "title": "Part", "description": service},
                "Either": either,
                "Secret": {"type": "object", "properties": {"id_number": {"$ref": REF + "IdNumber"}}},
                "IdNumber": {"type": "string"},
                "ProblemDocument": {"type": "object", "title": "ProblemDocument"},
            }
        },
        "x-problems": {
            f"{service}-trouble": {"status": 409, "title": f"{service} 有麻烦", "title_en": "<Trouble>"}
        },
    }


PATHS = {
    "identity": "/api/identity/things", "catalog": "/api/catalog/things/{code}", "case": "/api/cases/{case_id}",
    "payment": "/api/payments/orders", "courier": "/api/shipments", "evaluation": "/api/reviews",
}  # fmt: skip


@pytest.fixture
def documented(gateway: Door) -> Door:
    for name, service in gateway.services.items():
        service.pages["/openapi.json"] = answer(json.dumps(document_of(name, PATHS[name])).encode())
    return gateway


async def merged(gateway: Door, query: str = "") -> dict[str, Any]:
    async with gateway.client.get(f"{gateway.url}/openapi.json{query}") as response:
        assert response.status == 200 and response.content_type == "application/json"
        return await response.json()


def everything(value: Any, key: str) -> list[Any]:
    """The values of `key` anywhere in `value`."""
    if isinstance(value, list):
        return [found for item in value for found in everything(item, key)]
    if isinstance(value, dict):
        return [item for name, item in value.items() if name == key] + [
            found for item in value.values() for found in everything(item, key)
        ]
    return []


async def test_document_is_valid_openapi_3_1(documented: Door):
    document = await merged(documented)
    assert not [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)]
    assert document["openapi"].startswith("3.1")


async def test_document_has_every_public_route_and_nothing_else(documented: Door):
    document = await merged(documented)
    assert set(document["paths"]) == {*PATHS.values(), "/api/ops/stuck", "/api/me/overview"}
    assert "/internal/" not in json.dumps(document) and "Secret" not in json.dumps(document)
    assert "IdNumber" not in json.dumps(document)


async def test_references_resolve_to_the_services_own_schemas(documented: Door):
    document = await merged(documented)
    schemas = document["components"]["schemas"]
    examples = document["components"]["examples"]
    for reference in everything(document, "$ref"):
        assert reference.removeprefix(REF) in schemas or reference.rsplit("/", 1)[1] in examples
    for mapping in everything(document, "mapping"):
        assert all(target.removeprefix(REF) in schemas for target in mapping.values())
    assert schemas["Case_Part"]["description"] == "case"
    assert schemas["Payment_Part"]["description"] == "payment"
    assert "title" not in schemas["Case_Part"], "generators would name both classes alike"
    assert "ProblemDocument" in schemas


async def test_operation_ids_are_unique_and_read_as_names(documented: Door):
    ids = everything((await merged(documented))["paths"], "operationId")
    assert len(ids) == len(set(ids)) == 14
    assert "case_list" in ids and "case_list_api_cases__case_id__post" in ids


async def test_routes_are_grouped_in_the_order_of_a_case(documented: Door):
    tags = [tag["name"] for tag in (await merged(documented))["tags"]]
    assert tags[-1] == "ops" and set(tags) == {*SERVICES, "me", "ops"}


async def test_no_client_is_made_from_less_than_the_whole(documented: Door):
    courier, payment = documented.services["courier"], documented.services["payment"]
    await courier.stop()
    payment.pages["/openapi.json"] = answer(b"", "503 Service Unavailable")
    async with documented.client.get(documented.url + "/openapi.json") as response:
        problem = await response.json()
        assert (response.status, response.content_type) == (503, "application/problem+json")
        assert int(response.headers["Retry-After"]) <= 10
    assert problem["unavailable"] == ["payment", "courier"] and "partial=true" in problem["detail"]
    await courier.start()
    payment.pages["/openapi.json"] = answer(json.dumps(document_of("payment", PATHS["payment"])).encode())
    assert set(PATHS.values()) <= set((await merged(documented))["paths"])


class Slow:
    """Services that answer when they may."""

    def __init__(self) -> None:
        self.asked, self.may_answer = 0, asyncio.Event()

    async def get_json(self, service: str, path: str, seconds: float) -> tuple[int, Any]:
        self.asked += 1
        await self.may_answer.wait()
        return (503, None) if service == "courier" else (200, document_of(service, PATHS[service]))


async def test_who_comes_while_services_are_asked_takes_what_they_answer():
    services = Slow()
    document = MergedDocument(services, RoutingTable(), {"paths": {}})
    waiting = [asyncio.create_task(document.rendered()) for _ in range(20)]
    while services.asked < len(SERVICES):
        await asyncio.sleep(0)
    services.may_answer.set()
    assert {tuple(missing) for _, _, missing in await asyncio.gather(*waiting)} == {("courier",)}
    assert services.asked == len(SERVICES)
    await document.rendered()
    assert services.asked == len(SERVICES) + 1, "who comes later has the missing one asked again"


async def test_missing_service_is_named_and_asked_again(documented: Door):
    courier = documented.services["courier"]
    await courier.stop()
    document = await merged(documented, "?partial=true")
    assert document["x-unavailable"] == ["courier"] and "/api/shipments" not in document["paths"]
    assert "courier" in document["info"]["description"]
    assert not [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)]
    assert "/api/cases/{case_id}" in document["paths"]
    await courier.start()
    document = await merged(documented)
    assert "x-unavailable" not in document and "/api/shipments" in document["paths"]


@pytest.mark.parametrize(
    "wrong", [answer(b"not JSON"), answer(b"[]"), answer(b"{}"), answer(b"{}", "500 Internal Server Error")]
)
async def test_service_without_a_document_is_missing(documented: Door, wrong: bytes):
    documented.services["courier"].pages["/openapi.json"] = wrong
    assert (await merged(documented, "?partial=true"))["x-unavailable"] == ["courier"]


async def test_part_once_known_is_kept_while_its_service_is_down(documented: Door, monkeypatch):
    before = await merged(documented)
    monkeypatch.setattr("gateway.own.merged_document._KEPT_SECONDS", -1)
    await documented.services["courier"].stop()
    assert await merged(documented) == before


async def test_complete_document_is_kept_and_revalidated_by_its_tag(documented: Door):
    async with documented.client.get(documented.url + "/openapi.json") as response:
        tag = response.headers["ETag"]
    for service in documented.services.values():
        service.pages["/openapi.json"] = answer(b"", "500 Internal Server Error")
    headers = {"If-None-Match": tag}
    async with documented.client.get(documented.url + "/openapi.json", headers=headers) as response:
        assert response.status == 304


@pytest.mark.parametrize("path", ["/", "/docs", "/problems/not-found"])
async def test_pages_load_nothing_from_elsewhere(documented: Door, path: str):
    async with documented.client.get(documented.url + path) as response:
        assert response.status == 200 and response.content_type == "text/html"
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in policy
    loaded = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page)
    assert loaded and all(link.startswith("/") and not link.startswith("//") for link in loaded)
    assert 'lang="zh-CN"' in page and 'charset="utf-8"' in page
    for link in {
        link for link in loaded if link.startswith("/docs/static") or link.startswith("/openapi.json")
    }:
        async with documented.client.get(documented.url + link) as response:
            assert response.status == 200 and (await response.read())


async def test_problem_type_leads_to_a_page_in_both_languages(documented: Door):
    for slug, words in {
        "too-many-requests": ["请求过于频繁", "Too many requests", "Retry-After"],
        "service-too-slow": ["服务未及时响应", "Idempotency-Key"],
        "courier-trouble": ["courier 有麻烦", "&lt;Trouble&gt;", "请先读取最新状态"],
    }.items():
        async with documented.client.get(f"{documented.url}/problems/{slug}") as response:
            page = await response.text()
            assert response.status == 200 and all(word in page for word in words), slug


@pytest.mark.parametrize("slug", ["no-such-thing", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"])
async def test_unknown_problem_type_is_a_404_page(documented: Door, slug: str):
    async with documented.client.get(f"{documented.url}/problems/{slug}") as response:
        assert response.status == 404 and "<script>" not in await response.text()


async def test_unknown_page_is_a_problem(gateway: Door):
    async with gateway.client.get(gateway.url + "/nothing/here") as response:
        assert response.status == 404 and response.content_type == "application/problem+json"
        assert response.headers["X-Frame-Options"] == "DENY" and response.headers["X-Request-Id"]


async def test_people_get_a_page_and_programs_a_problem_where_nothing_is(gateway: Door):
    async with gateway.client.get(gateway.url + "/nothing", headers={"Accept": "text/html,*/*"}) as page:
        assert (page.status, page.content_type) == (404, "text/html")
        assert "没有这个页面" in await page.text()
    async with gateway.client.get(gateway.url + "/nothing", headers={"Accept": "*/*"}) as problem:
        assert (problem.status, problem.content_type) == (404, "application/problem+json")


async def test_the_start_page_leads_to_the_log_in(gateway: Door):
    async with gateway.client.get(gateway.url + "/") as page:
        assert 'href="/login"' in await page.text()

"""What browsers are told not to do with our answers."""

import pytest
from gateway_kit.door import Door, door
from gateway_kit.services import answer, says

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
FOR_PAGES = ("content-security-policy", "cross-origin-opener-policy", "permissions-policy")
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


async def headers_of(gateway: Door, path: str, **headers: str):
    async with gateway.client.get(gateway.url + path, headers=headers) as response:
        await response.read()
        return response.headers


@pytest.mark.parametrize("path", ["/api/cases/1", "/healthz", "/", "/docs", "/openapi.json", "/nothing-here"])
async def test_every_answer_has_them_once(gateway: Door, path: str):
    got = await headers_of(gateway, path)
    for name, value in ALWAYS.items():
        assert got.getall(name) == [value]


async def test_refusals_have_them(gateway: Door):
    got = await headers_of(gateway, "/api/cases/1", Authorization="Bearer x")
    assert all(got.getall(name) == [value] for name, value in ALWAYS.items())
    async with gateway.wire() as wire:
        await wire.send("no HTTP\r\n\r\n")
        refused = await wire.answer()
    assert all(refused.all(name) == [value] for name, value in ALWAYS.items())


@pytest.mark.parametrize("path", ["/", "/docs", "/problems/not-found", "/partner"])
async def test_our_pages_load_nothing_from_elsewhere_and_stand_in_no_frame(gateway: Door, path: str):
    got = await headers_of(gateway, path)
    assert all(len(got.getall(name)) == 1 for name in FOR_PAGES)
    policy = got["content-security-policy"]
    assert (
        policy.startswith(("default-src 'self'", "default-src 'none'"))
        and "frame-ancestors 'none'" in policy
        and "http" not in policy
    )


@pytest.mark.parametrize(
    "kind", ["text/html", "TEXT/HTML; charset=utf-8", "image/svg+xml", "application/xhtml+xml"]
)
async def test_page_of_a_service_that_says_nothing_may_do_nothing(gateway: Door, kind: str):
    gateway.services["case"].script = says(answer(b"<script>", "200 OK", f"Content-Type: {kind}"))
    got = await headers_of(gateway, "/api/cases/1")
    assert (
        got["content-security-policy"].startswith("default-src 'none'")
        and "camera=()" in got["permissions-policy"]
    )


async def test_what_a_page_says_of_itself_stands(gateway: Door):
    own = {
        "Content-Security-Policy": "default-src 'self'; form-action 'self' https://department.example.cn",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        "Permissions-Policy": "camera=(self)",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "same-origin",
    }
    lines = [f"{name}: {value}" for name, value in own.items()]
    gateway.services["identity"].script = says(answer(b"<form>", "200 OK", "Content-Type: text/html", *lines))
    got = await headers_of(gateway, "/api/identity/page")
    assert {name: got.getall(name) for name in own} == {name: [value] for name, value in own.items()}
    assert got["x-content-type-options"] == "nosniff"


async def test_data_carries_nothing_that_only_pages_heed(gateway: Door):
    got = await headers_of(gateway, "/api/cases/1")
    assert not [name for name in (*FOR_PAGES, "strict-transport-security") if name in got]


async def test_who_came_by_https_is_told_to_come_so_again(tokens):
    async with door(tokens, trusted_proxies="127.0.0.1") as gateway:
        for path, more in (("/api/cases/1", {}), ("/", {}), ("/api/cases/1", {"Authorization": "Bearer x"})):
            got = await headers_of(gateway, path, **HTTPS, **more)
            assert got["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in await headers_of(gateway, "/api/cases/1")


async def test_https_is_believed_of_trusted_proxies_only(gateway: Door):
    assert "strict-transport-security" not in await headers_of(gateway, "/api/cases/1", **HTTPS)


async def test_nothing_inline_runs_on_the_partners_page(gateway: Door):
    policy = (await headers_of(gateway, "/partner"))["content-security-policy"]
    assert "unsafe" not in policy
    async with gateway.client.get(gateway.url + "/partner") as response:
        page = await response.text()
    assert "<style" not in page and " style=" not in page and "onclick" not in page
    assert page.count("<script") == page.count('<script src="/partner/page.js"') == 1
    for path, kind in (("/partner/page.js", "text/javascript"), ("/partner/page.css", "text/css")):
        assert (await headers_of(gateway, path))["content-type"].startswith(kind)

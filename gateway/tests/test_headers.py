"""Which headers cross the gateway, both ways."""

import re

import pytest
from gateway_kit.door import Door, door
from gateway_kit.services import answer, says

REQUEST = "GET /api/cases/1 HTTP/1.1\r\nHost: city.example\r\n{}\r\n"


async def asked_with(gateway: Door, *lines: str):
    """What the service was asked when the caller sent `lines`."""
    async with gateway.wire() as wire:
        await wire.send(REQUEST.format("".join(f"{line}\r\n" for line in lines)))
        assert (await wire.answer()).status == 200
    return gateway.services["case"].last


async def answered_with(gateway: Door, *lines: str, method: str = "GET"):
    """What the caller got when the service answered with `lines`."""
    gateway.services["case"].script = says(answer(b"{}", "200 OK", *lines))
    async with gateway.wire() as wire:
        await wire.send(f"{method} /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        return await wire.answer(to_head=method == "HEAD")


async def test_order_and_repeats_are_kept(gateway: Door):
    sent = ["X-Sig: one", "Accept: a/b", "X-Sig: two", "X-Empty:", "Accept: c/d", "Cookie: a=1", "X-Sig: one"]
    asked = await asked_with(gateway, *sent)
    got = [
        f"{name}: {value}"
        for name, value in asked.headers
        if name in ("x-sig", "accept", "x-empty", "cookie")
    ]
    assert got == [line.lower() if not line.endswith(":") else line.lower() + " " for line in sent]


async def test_nothing_is_added_that_the_caller_did_not_send(gateway: Door):
    asked = await asked_with(gateway)
    assert sorted(name.lower() for name, _ in asked.headers) == [
        "host", "traceparent", "x-forwarded-for", "x-forwarded-proto", "x-request-id",
    ]  # fmt: skip


async def test_hop_by_hop_headers_stop_here(gateway: Door):
    asked = await asked_with(
        gateway, "Connection: keep-alive, X-Hop", "X-Hop: secret", "Keep-Alive: timeout=5", "TE: trailers",
        "Trailer: X", "Proxy-Authorization: Basic x", "Proxy-Connection: keep-alive", "Upgrade: foo/1", "X-Kept: 1",
    )  # fmt: skip
    names = {name.lower() for name, _ in asked.headers}
    assert "x-kept" in names
    assert not names & {
        "connection", "x-hop", "keep-alive", "te", "trailer", "proxy-authorization", "proxy-connection", "upgrade",
    }  # fmt: skip


async def test_nobody_can_have_the_token_or_the_length_left_out(gateway: Door, tokens):
    token = tokens.operator()
    asked = await asked_with(
        gateway, "Connection: Authorization, Content-Length", f"Authorization: Bearer {token}"
    )
    assert asked.get("authorization") == f"Bearer {token}"


async def test_utf8_header_arrives_byte_for_byte(gateway: Door):
    assert (await asked_with(gateway, "X-Name: 张三")).get("x-name") == "张三"


async def test_header_that_is_not_utf8_is_refused(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send(b"GET /api/cases/1 HTTP/1.1\r\nHost: x\r\nX-Name: \xd5\xc5\xc8\xfd\r\n\r\n")
        refused = await wire.answer()
    assert refused.status == 400 and gateway.asked == 0


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host"]
)
async def test_what_a_caller_claims_about_itself_is_not_believed(gateway: Door, name: str):
    asked = await asked_with(gateway, f"{name}: 203.0.113.9", f"{name}: https")
    assert asked.all("x-forwarded-for") == ["127.0.0.1"]
    assert asked.all("x-forwarded-proto") == ["http"]
    assert not asked.all("x-real-ip") + asked.all("forwarded") + asked.all("x-forwarded-host")


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("203.0.113.9:5123, 10.0.0.7", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.9, nonsense", "127.0.0.1"),
        ("10.0.0.7", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
async def test_behind_a_trusted_proxy_the_last_untrusted_address_counts(tokens, chain: str, address: str):
    async with door(tokens, trusted_proxies="127.0.0.0/8, 10.0.0.0/8") as gateway:
        asked = await asked_with(gateway, f"X-Forwarded-For: {chain}", "X-Forwarded-Proto: https")
        assert asked.all("x-forwarded-for") == [address]
        assert asked.all("x-forwarded-proto") == ["https"]


async def test_well_formed_request_id_is_kept_and_answered(gateway: Door):
    async with gateway.wire() as wire:
        await wire.send(REQUEST.format("X-Request-Id: 0190aaaa-bbbb-7ccc\r\n"))
        got = await wire.answer()
    assert got.all("x-request-id") == ["0190aaaa-bbbb-7ccc"]
    assert gateway.services["case"].last.all("x-request-id") == ["0190aaaa-bbbb-7ccc"]


@pytest.mark.parametrize("sent", ["short", "x" * 65, "<script>alert(1)</script>", "a b c d e f g", ""])
async def test_other_request_ids_are_replaced(gateway: Door, sent: str):
    asked = await asked_with(gateway, f"X-Request-Id: {sent}")
    assert re.fullmatch("[0-9a-f]{32}", asked.get("x-request-id") or "")


async def test_trace_goes_on_under_a_span_of_ours(gateway: Door):
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    asked = await asked_with(gateway, f"traceparent: 00-{trace}-{span}-01", "tracestate: x=y")
    version, ours, new_span, flags = (asked.get("traceparent") or "").split("-")
    assert (version, ours, flags) == ("00", trace, "01") and new_span != span
    assert asked.get("tracestate") is None


async def test_malformed_trace_starts_a_new_one(gateway: Door):
    asked = await asked_with(gateway, "traceparent: 00-xyz-1-01")
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", asked.get("traceparent") or "")


async def test_answers_carry_their_own_request_id_once(gateway: Door):
    got = await answered_with(gateway, "X-Request-Id: from-the-service", "Server: nginx", "Date: yesterday")
    assert len(got.all("x-request-id")) == 1 and got.get("x-request-id") != "from-the-service"
    assert got.get("server") is None
    assert len(got.all("date")) == 1 and got.get("date") != "yesterday"


async def test_every_cookie_that_is_set_arrives(gateway: Door):
    got = await answered_with(gateway, "Set-Cookie: a=1; Path=/", "X-Between: 1", "Set-Cookie: b=2; HttpOnly")
    assert got.all("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]


async def test_hop_by_hop_headers_of_a_service_stop_here(gateway: Door):
    got = await answered_with(
        gateway, "Connection: X-Internal", "X-Internal: secret", "Keep-Alive: timeout=5"
    )
    assert got.get("x-internal") is None and got.get("keep-alive") is None and got.get("connection") is None


async def test_security_headers_are_added_once(gateway: Door):
    got = await answered_with(gateway, "X-Frame-Options: SAMEORIGIN")
    assert got.all("x-frame-options") == ["SAMEORIGIN"]
    assert got.all("x-content-type-options") == ["nosniff"]
    assert got.all("referrer-policy") == ["no-referrer"]


async def test_cookies_of_one_caller_never_reach_another(gateway: Door):
    await answered_with(gateway, "Set-Cookie: session=alice; Path=/; Domain=127.0.0.1")
    asked = await asked_with(gateway)
    assert asked.all("cookie") == []


async def test_repeated_authorization_is_refused(gateway: Door, tokens):
    token = tokens.operator()
    async with gateway.wire() as wire:
        await wire.send(REQUEST.format(f"Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n"))
        assert (await wire.answer()).status == 400
    assert gateway.asked == 0

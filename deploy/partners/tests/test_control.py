"""The control API: its token, its books, its limits."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BAD_BODIES = [
    ("PUT", "/faults/bank", {"dwon": True}),
    ("PUT", "/faults/bank", {"drop_rate": 2}),
    ("PATCH", "/settings", {"time_scale": -1}),
    ("PATCH", "/settings", {"unknown": 1}),
    ("GET", "/books/bank?since=yesterday", None),
    ("GET", "/books/bank?since=2026-11-22T00:00:00", None),
    ("GET", "/books/bank?limit=-1", None),
    ("GET", "/sms/abc", None),
]


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", "Basic control-token-of-the-tests"])
async def test_nothing_is_shown_or_changed_without_the_token(caller, token):
    headers = {} if token is None else {"Authorization": token}
    for method, path in (("GET", "/control/books/bank"), ("PUT", "/control/faults/bank")):
        answer = await caller.http.request(method, path, json={"down": True}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "CONTROL_TOKEN_INVALID")
    assert (await caller.control("GET", "/faults"))["bank"] == {}


@pytest.mark.parametrize(("method", "path", "document"), BAD_BODIES)
async def test_a_wrong_command_is_refused(caller, method, path, document):
    headers = {"Authorization": "Bearer control-token-of-the-tests"}
    answer = await caller.http.request(
        method, f"/control{path}", content=json.dumps(document), headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


async def test_faults_are_shown_and_unknown_partners_refused(caller):
    assert await caller.control("PUT", "/faults/sms", {"http_500_next": -1}) == {"http_500_next": -1}
    for _ in range(3):
        assert (await caller.call("POST", "/sms/v1/send", {})).status_code == 500
    assert (await caller.control("GET", "/faults"))["sms"] == {"http_500_next": -1}
    headers = {"Authorization": "Bearer control-token-of-the-tests"}
    assert (await caller.http.put("/control/faults/post", json={}, headers=headers)).status_code == 404


async def test_books_are_filtered_and_paged_while_sums_cover_all(caller):
    numbers = [(await caller.paid_order())[0] for _ in range(5)]
    await caller.order()
    page = await caller.control("GET", "/books/bank?limit=4")
    rest = await caller.control("GET", f"/books/bank?limit=4&after={page['next']}")
    assert [len(page["orders"]), len(rest["orders"]), rest["next"]] == [4, 2, None]
    assert (
        page["sums"]
        == rest["sums"]
        == {
            "orders": 6,
            "captures": 5,
            "captured_cents": 10_000,
            "refunds": 0,
            "refunded_cents": 0,
            "refunding_cents": 0,
        }
    )
    some = await caller.control(
        "GET", f"/books/bank?out_trade_no={numbers[0]},{numbers[1]}&out_trade_no={numbers[2]}"
    )
    assert [order["out_trade_no"] for order in some["orders"]] == numbers[:3]
    assert len(some["captures"]) == some["sums"]["captures"] == 3
    none = await caller.control("GET", "/books/bank?since=2099-01-01T00:00:00+08:00")
    assert none["orders"] == [] and none["sums"]["orders"] == 0


async def test_courier_books_show_addresses_only_when_asked(caller, ems):
    await ems.place("parcel-1")
    await caller.all_acked(3)
    (order,) = (await caller.control("GET", "/books/courier"))["orders"]
    assert order["state"] == "DELIVERED" and len(order["traces"]) == 3
    assert "张三" not in json.dumps(order, ensure_ascii=False)
    books = await caller.control("GET", "/books/courier?order_no=parcel-1&parties=true")
    assert books["orders"][0]["receiver"]["name"] == "张三"
    assert books["sums"] == {"orders": 1, "by_state": {"DELIVERED": 1}}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.lists(st.integers(1, 5_000), min_size=1, max_size=6), back=st.integers(0, 6))
async def test_the_books_add_up(books_caller, cents, back):
    caller = books_caller
    before = (await caller.control("GET", "/books/bank"))["sums"]
    paid = [(await caller.paid_order(sum_))[0] for sum_ in cents]
    for number, total in list(zip(paid, cents, strict=True))[:back]:
        body = caller.refund_body(number, total, total_cents=total)
        await caller.ok("POST", "/bank/v1/refunds", body)
        await caller.control("POST", f"/bank/refunds/{body['out_refund_no']}/settle", {"status": "SUCCESS"})
    books = await caller.control("GET", "/books/bank?limit=10000")
    assert books["sums"]["captured_cents"] - before["captured_cents"] == sum(cents)
    assert books["sums"]["refunded_cents"] - before["refunded_cents"] == sum(cents[:back])
    assert books["sums"]["captured_cents"] == sum(each["amount_cents"] for each in books["captures"])
    assert books["sums"]["refunded_cents"] == sum(each["refund_cents"] for each in books["refunds"])


@pytest.fixture
async def books_caller(caller):
    """One sandbox for all examples: they compare what each adds."""
    await caller.control("PATCH", "/settings", {"refund_seconds": 3600})
    return caller

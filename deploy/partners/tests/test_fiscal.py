"""The fiscal platform: one receipt a business number, red ones never beyond the blue one, all of them sealed."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

API = "/fiscal/v1/receipts"
SEALED = (
    "business_no", "kind", "receipt_code", "receipt_no", "check_code", "amount_cents", "issued_at", "reverses_no",
)  # fmt: skip


def asked(**changed: object) -> dict[str, Any]:
    return {
        "business_no": uuid4().hex, "unit_code": "XC-HUZHENG", "item_code": "HUZHENG-003", "item_name": "工本费",
        "amount_cents": 2000, "paid_at": "2026-11-22T18:30:59+08:00",
    } | changed  # fmt: skip


def red_of(blue: dict[str, Any], **changed: object) -> dict[str, Any]:
    numbers = {name: blue[name] for name in ("receipt_code", "receipt_no")}
    return {"business_no": uuid4().hex, **numbers, "amount_cents": 2000, "reason": "办件撤回"} | changed


def is_sealed(caller: Any, answer: dict[str, Any]) -> bool:
    """By the platform's public key, over the text that the protocol's page describes."""
    key = load_pem_public_key((caller.keys / "fiscal.public.pem").read_bytes())
    text = "".join(f"{name}={'' if answer[name] is None else answer[name]}\n" for name in SEALED)
    try:
        key.verify(base64.b64decode(answer["seal"]), text.encode())  # type: ignore[union-attr, call-arg]
    except InvalidSignature:
        return False
    return True


async def test_a_receipt_is_numbered_and_sealed(caller):
    body = asked()
    blue = await caller.ok("POST", API, body)
    assert (blue["kind"], blue["amount_cents"], blue["business_no"]) == ("BLUE", 2000, body["business_no"])
    assert len(blue["receipt_code"]) == 8 and len(blue["receipt_no"]) == 10 and len(blue["check_code"]) == 6
    assert is_sealed(caller, blue) and not is_sealed(caller, blue | {"amount_cents": 2001})
    assert await caller.ok("GET", f"{API}/{body['business_no']}") == blue


async def test_the_same_business_number_gets_the_same_receipt(caller):
    body = asked()
    assert await caller.ok("POST", API, body) == await caller.ok("POST", API, body)
    other = await caller.refused("POST", API, body | {"amount_cents": 1})
    assert other == (409, "BUSINESS_NO_CONFLICT")
    books = await caller.control("GET", "/books/fiscal")
    assert books["sums"] == {"blue": 1, "blue_cents": 2000, "red": 0, "red_cents": 0}


async def test_red_receipts_reverse_parts_and_never_more_than_the_blue_one(caller):
    blue = await caller.ok("POST", API, asked())
    first = red_of(blue, amount_cents=500)
    red = await caller.ok("POST", f"{API}/reverse", first)
    assert (red["kind"], red["amount_cents"], red["reverses_no"]) == ("RED", 500, blue["receipt_no"])
    assert is_sealed(caller, red)
    assert await caller.ok("POST", f"{API}/reverse", first) == red
    assert await caller.refused("POST", f"{API}/reverse", red_of(blue, amount_cents=1501)) == (
        422,
        "RED_EXCEEDS_BLUE",
    )
    await caller.ok("POST", f"{API}/reverse", red_of(blue, amount_cents=1500))
    books = await caller.control("GET", "/books/fiscal")
    assert (books["sums"]["red"], books["sums"]["red_cents"]) == (2, 2000)


async def test_what_is_not_there_cannot_be_found_or_reversed(caller):
    assert await caller.refused("GET", f"{API}/nothing-here") == (404, "RECEIPT_NOT_EXIST")
    missing = red_of({"receipt_code": "61010126", "receipt_no": "0000000009"})
    assert await caller.refused("POST", f"{API}/reverse", missing) == (404, "RECEIPT_NOT_EXIST")
    blue = await caller.ok("POST", API, asked())
    red = await caller.ok("POST", f"{API}/reverse", red_of(blue, amount_cents=1))
    assert await caller.refused("POST", f"{API}/reverse", red_of(red)) == (404, "RECEIPT_NOT_EXIST")
    assert await caller.refused("POST", API, asked(business_no=red["business_no"], amount_cents=1)) == (
        409,
        "BUSINESS_NO_CONFLICT",
    )


@pytest.mark.parametrize(
    "wrong",
    [{"amount_cents": 0}, {"amount_cents": "1"}, {"business_no": "x"}, {"paid_at": "gestern"}, {"more": 1}],
)
async def test_malformed_requests_are_refused(caller, wrong):
    assert await caller.refused("POST", API, asked(**wrong)) == (400, "PARAM_ERROR")


async def test_an_answer_lost_after_issuing_is_found_by_the_same_number(caller):
    await caller.control("PUT", "/faults/fiscal", {"lost_answer_next": 1})
    body = asked()
    assert (await caller.call("POST", API, body)).status_code == 502
    assert (await caller.ok("GET", f"{API}/{body['business_no']}"))["kind"] == "BLUE"
    assert (await caller.control("GET", "/books/fiscal"))["sums"]["blue"] == 1


async def test_it_runs_out_of_numbers_answers_forged_seals_and_wrong_sums_when_told(caller):
    await caller.control(
        "PUT", "/faults/fiscal", {"no_stock_next": 1, "forge_next": 1, "wrong_amount_next": 1}
    )
    body = asked()
    assert await caller.refused("POST", API, body) == (422, "STOCK_EXHAUSTED")
    assert not is_sealed(caller, await caller.ok("POST", API, body))
    wrong = await caller.ok("POST", API, body)
    assert is_sealed(caller, wrong) and wrong["amount_cents"] == 2001


async def test_its_books_are_filtered_and_paged(caller):
    made = [await caller.ok("POST", API, asked()) for _ in range(3)]
    page = await caller.control("GET", "/books/fiscal?limit=2")
    rest = await caller.control("GET", f"/books/fiscal?limit=2&after={page['next']}")
    assert [one["receipt_no"] for one in page["receipts"] + rest["receipts"]] == [
        one["receipt_no"] for one in made
    ]
    one = await caller.control("GET", f"/books/fiscal?business_no={made[1]['business_no']}")
    assert [found["check_code"] for found in one["receipts"]] == [made[1]["check_code"]]
    assert one["sums"]["blue_cents"] == 2000

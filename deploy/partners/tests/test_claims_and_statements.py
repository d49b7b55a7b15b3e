"""What couriers do when something is lost, and what they charge: at the sandbox, by either protocol."""

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest

MONTH = f"{datetime.now(UTC):%Y-%m}"


async def claims(courier, number, waybill_no, claim_no, kind="1"):
    if courier.name == "ems":
        asked = {"logisticsOrderNo": number, "waybillNo": waybill_no, "claimNo": claim_no, "claimType": kind}
        return await courier.ok("060001", asked)
    asked = {"orderId": number, "claimNo": claim_no, "claimType": kind}
    return (await courier.said("EXP_RECE_CREATE_CLAIM", asked))["msgData"]


async def claim(courier, number, claim_no):
    if courier.name == "ems":
        answer = await courier.call(
            "060002", {"logisticsOrderNo": number, "waybillNo": "", "claimNo": claim_no}
        )
        return answer["retCode"], answer["retBody"]
    answer = await courier.said("EXP_RECE_SEARCH_CLAIM", {"orderId": number, "claimNo": claim_no})
    return answer["errorCode"], answer.get("msgData")


async def statement(courier, month=MONTH):
    """Its lines, the end among them, and whether its hash is right; None while there is none."""
    if courier.name == "ems":
        if (await courier.call("070001", {"month": month}))["retCode"] == "B00002":
            return None
        told = await courier.ok("070001", {"month": month})
    else:
        answer = await courier.said("EXP_RECE_MONTHLY_STATEMENT", {"month": month})
        if answer["errorCode"] == "8018":
            return None
        told = answer["msgData"]
    content = (await courier.http.get(told["url"])).content
    lines = content.decode().split("\r\n")[1:-1]
    return lines, hashlib.sha256(content).hexdigest() == told["sha256"]


@pytest.fixture
async def picked_up(caller, courier):
    await caller.control("PATCH", "/settings", {"courier_auto": False})
    numbers = [await courier.place() for _ in range(5)]
    for number, _ in numbers:
        await caller.control("POST", f"/courier/{number}/advance", {"code": "PICKED_UP"})
    return numbers


async def test_a_claim_is_looked_into_until_control_decides(caller, courier, picked_up):
    (number, waybill_no), claim_no = picked_up[0], uuid4().hex
    for _ in range(2):
        told = await claims(courier, number, waybill_no, claim_no)
        assert (told["claimNo"], told["status"]) == (claim_no, "0")
    assert len((await caller.control("GET", "/courier/claims"))["claims"]) == 1
    decided = {"outcome": "compensated", "compensation_cents": 30050}
    await caller.control("POST", f"/courier/claims/{claim_no}/decide", decided)
    told = await claims(courier, number, waybill_no, claim_no)
    assert (told["status"], told["amount"]) == ("1", "300.50")


async def test_a_claim_or_parcel_that_nobody_knows_is_refused(courier, picked_up):
    unknown = {"ems": "B00002", "sf": "8018"}[courier.name]
    code, _ = await claim(courier, picked_up[0][0], uuid4().hex)
    assert code == unknown


async def test_a_statement_lists_what_was_picked_up_and_sums_it_up(caller, courier, picked_up):
    lines, right = await statement(courier)
    assert right and [line.split(",")[0] for line in lines[:-1]] == [waybill for _, waybill in picked_up]
    assert lines[-1] == "合计,5,,,60.00"
    assert await statement(courier, "2098-01") is None


async def test_a_statement_is_spoiled_as_told(caller, courier, picked_up):
    path = f"/courier/statements/{courier.name}/{MONTH}"
    await caller.control(
        "PUT", path, {"missing": 1, "extra": 1, "duplicate": 1, "wrong_fee": 1, "wrong_weight": 1}
    )
    lines, right = await statement(courier)
    waybills = [line.split(",")[0] for line in lines[:-1]]
    assert right and picked_up[0][1] not in waybills and len(waybills) == 6 and len(set(waybills)) == 5
    assert sum(line.split(",")[3] == "5000" for line in lines[:-1]) == 1
    assert sum(line.endswith(",15.00") for line in lines[:-1]) == 1
    await caller.control("PUT", path, {"wrong_hash": True})
    assert (await statement(courier))[1] is False
    await caller.control("PUT", path, {"torn": True})
    assert not (await statement(courier))[0][-1].startswith("合计")
    await caller.control("PUT", path, {"late": True})
    assert await statement(courier) is None

"""The SMS operator, the real-name service and the fines issuing system."""

import pytest
from partners.realname import is_id_number, is_uscc

PERSON = {"name": "张三", "id_number": "11010519491231002X"}
COMPANY = {"uscc": "91350100M000100Y43", "name": "某公司", "legal_representative": "李四"}


async def test_a_message_lands_in_the_inbox_once(caller):
    message = {
        "phone": "+8613800000000",
        "template": "login_code",
        "params": {"code": "123456", "serial": "K7"},
        "out_id": "a",
    }
    sent = await caller.ok("POST", "/sms/v1/send", message)
    assert await caller.ok("POST", "/sms/v1/send", message) == sent
    await caller.ok(
        "POST", "/sms/v1/send", {"phone": "13800000000", "template": "reminder", "params": {"day": "明天"}}
    )
    inbox = (await caller.control("GET", "/sms/13800000000"))["messages"]
    assert [entry["text"] for entry in inbox] == [
        "reminder: day=明天",
        "验证码 123456（序号 K7），用于登录，请勿告诉他人。",
    ]
    assert inbox[1]["params"] == {"code": "123456", "serial": "K7"}
    assert (await caller.control("GET", "/sms/13900000000?limit=1"))["messages"] == []


@pytest.mark.parametrize("phone", ["12", "abc", "", "2380000000", "1380000000000"])
async def test_a_wrong_phone_is_refused(caller, phone):
    message = {"phone": phone, "template": "login_code", "params": {}}
    assert await caller.refused("POST", "/sms/v1/send", message) == (400, "PARAM_ERROR")


async def test_a_well_formed_person_matches_unless_written_down_otherwise(caller):
    async def result(document):
        return (await caller.ok("POST", "/realname/v1/check", document))["result"]

    assert await result(PERSON) == "MATCH"
    assert await result(PERSON | {"id_number": "110105194912310021"}) == "NOT_FOUND"
    for written in ("MISMATCH", "NOT_FOUND"):
        await caller.control("PUT", "/realname/11010519491231002x", {"result": written})
        assert await result(PERSON) == written
    await caller.control("DELETE", "/realname/11010519491231002X")
    assert await result(PERSON) == "MATCH"


async def test_who_is_a_generation_older_may_be_a_parent_unless_written_down_otherwise(caller):
    child = "110105201503070013"
    asked = {
        "name": "张三",
        "id_number": "11010519491231002X",
        "child_name": "张小宝",
        "child_id_number": child,
    }

    async def result(**changes):
        return (await caller.ok("POST", "/realname/v1/kinship-check", asked | changes))["result"]

    assert await result() == "MATCH"
    assert await result(id_number=child, child_id_number=asked["id_number"]) == "MISMATCH"
    assert await result(child_id_number="110105201503070012") == "NOT_FOUND"
    await caller.control("PUT", f"/realname/{asked['id_number']}+{child}", {"result": "MISMATCH"})
    assert await result() == "MISMATCH"


async def test_a_company_is_checked_likewise(caller):
    assert (await caller.ok("POST", "/realname/v1/company-check", COMPANY))["result"] == "MATCH"
    await caller.control("PUT", f"/realname/{COMPANY['uscc']}", {"result": "MISMATCH"})
    assert (await caller.ok("POST", "/realname/v1/company-check", COMPANY))["result"] == "MISMATCH"
    wrong = COMPANY | {"uscc": "91350100M000100Y44"}
    assert (await caller.ok("POST", "/realname/v1/company-check", wrong))["result"] == "NOT_FOUND"


def test_numbers_are_checked_to_the_last_digit():
    assert is_id_number("11010519491231002X")
    for wrong in (
        "11010519491231002",
        "11010519491331002X",
        "11010529491231002X",
        "１１010519491231002X",
        "",
    ):
        assert not is_id_number(wrong)
    assert is_uscc("91350100M000100Y43")
    for wrong in ("91350100M000100Y4", "91350100M000100YI3", "", "91350100M000100Y40"):
        assert not is_uscc(wrong)


async def test_a_decision_is_paid_once(caller):
    await caller.control("PUT", "/fines/decisions/3205-1", {"amount_cents": 30000, "reason": "超速"})
    path = "/fines/v1/decisions/3205-1"
    assert (await caller.ok("GET", path))["status"] == "OPEN"
    report = {"amount_cents": 30000, "transaction_id": "4200a", "paid_at": "2026-11-22T18:30:00+08:00"}
    wrong = await caller.refused("POST", f"{path}/paid", report | {"amount_cents": 1})
    assert wrong == (422, "AMOUNT_MISMATCH")
    paid = {"decision_no": "3205-1", "status": "PAID"}
    assert await caller.ok("POST", f"{path}/paid", report) == paid
    assert await caller.ok("POST", f"{path}/paid", report) == paid
    assert await caller.refused("POST", f"{path}/paid", report | {"transaction_id": "b"}) == (
        409,
        "ALREADY_PAID",
    )
    assert (await caller.ok("GET", path))["status"] == "PAID"


async def test_the_first_decisions_are_there(caller):
    assert (await caller.ok("GET", "/fines/v1/decisions/3205011000000001"))["amount_cents"] == 20_000
    cancelled = "/fines/v1/decisions/3205011000000003"
    report = {"amount_cents": 100_000, "transaction_id": "a", "paid_at": "2026-11-22T18:30:00+08:00"}
    assert await caller.refused("POST", f"{cancelled}/paid", report) == (409, "CANCELLED")
    assert (await caller.ok("GET", "/fines/v1/decisions/DEMO%2F7"))["amount_cents"] == 20_000
    assert await caller.refused("GET", "/fines/v1/decisions/7") == (404, "DECISION_NOT_EXIST")

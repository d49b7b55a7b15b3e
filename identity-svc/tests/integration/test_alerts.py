"""Who is told when a case was opened by an officer of another unit."""

from uuid import UUID, uuid4

import pytest
from chassis.clock import now
from contracts.case import CaseOpenedByException

DEMO = "demo-password-of-the-tests"


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


def opened(**facts) -> CaseOpenedByException:
    return CaseOpenedByException(
        **{
            "case_id": uuid4(), "case_no": "HZ1", "item_code": "HUZHENG-001", "item_version": 1,
            "department": "HUZHENG", "unit": "XC-HUZHENG", "applicant_id": uuid4(), "state": "accepted",
            "occurred_at": now(), "actor": "officer", "officer_id": uuid4(), "grant_id": uuid4(),
            "officer_unit": "BL-JIAOJING", "officer_department": "JIAOJING", "until": now(),
        }
        | facts
    )  # fmt: skip


async def token_and_id(identity, badge):
    session = (await identity.post("/sessions", {"badge_no": badge, "password": DEMO})).json()
    me = (await identity.get("/me", session["access_token"])).json()
    return session["access_token"], UUID(me["officer_id"])


async def kinds(identity, token):
    return [message["kind"] for message in (await identity.get("/me/messages", token)).json()["items"]]


async def test_supervisors_of_both_departments_and_the_applicant_are_told_once(identity, phone):
    applicant = await identity.register(phone)
    me = UUID((await identity.get("/me", applicant["session"]["access_token"])).json()["account_id"])
    await identity.running.deliver(opened(applicant_id=me))
    for badge in ("HUZHENG-S", "JIAOJING-S"):
        token, _ = await token_and_id(identity, badge)
        assert await kinds(identity, token) == ["case_opened_by_exception"]
        (message,) = (await identity.get("/me/messages", token)).json()["items"]
        assert "HZ1" in message["text"]
        assert "BL-JIAOJING" not in message["text"] + message["text_en"]
        (name,) = await identity.sql("SELECT name, name_en FROM unit WHERE code = 'BL-JIAOJING'")
        assert name["name"] in message["text"] and name["name_en"] in message["text_en"]
    for badge in ("XC-HUZHENG-1", "HUZHENG-4", "OPERATOR-1"):
        token, _ = await token_and_id(identity, badge)
        assert await kinds(identity, token) == []
    assert await kinds(identity, applicant["session"]["access_token"]) == ["my_case_opened_by_exception"]


async def test_a_supervisor_is_not_told_of_their_own_and_who_left_is_told_nothing(identity):
    token, supervisor = await token_and_id(identity, "JIAOJING-S")
    await identity.running.deliver(opened(officer_id=supervisor))
    assert await kinds(identity, token) == []
    await identity.sql("UPDATE officer SET active = false WHERE badge_no = 'HUZHENG-S'")
    await identity.running.deliver(opened())
    assert len(await identity.sql("SELECT 1 FROM message WHERE kind = 'case_opened_by_exception'")) == 2

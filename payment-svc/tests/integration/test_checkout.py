"""One checkout for a case's fee and postage: side by side, each to its own payee."""

from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role

from .test_postage import asked


async def seen(payments, case_id, token=None):
    headers = bearer(token or payments.citizen.token)
    return await payments.svc.client.get(f"/api/payments/checkout?case_id={case_id}", headers=headers)


async def pays_all(payments, case_id, **how):
    return await payments.citizen.post("/checkout", {"case_id": str(case_id), "channel": "bank"} | how)


@pytest.fixture
async def case_id(payments):
    """Owes a fee of 20 yuan and postage of 23."""
    case_id = await payments.requested()
    await asked(payments, case_id, 2_300)
    return case_id


async def test_it_shows_both_with_their_payees_and_what_they_come_to(payments, case_id):
    view = (await seen(payments, case_id)).json()
    assert [(line["kind"], line["payee"], line["order"]["amount_yuan"]) for line in view["lines"]] == [
        ("fee", "treasury", "20.00"),
        ("postage", "postal", "23.00"),
    ]
    assert [line["amount_from"] for line in view["lines"]] == ["fixed", "tariff"]
    assert (view["due_cents"], view["due_yuan"], view["payments"]) == (4_300, "43.00", 2)
    assert "逐笔" in view["note"] and "each is paid on its own" in view["note_en"]
    ways = {way["channel"]: way["scenes"] for way in view["ways"]}
    assert "web" in ways["bank"] and {"bank", "wechat_pay", "alipay", "ccb"} <= set(ways)
    assert all(line["order"]["expires_at"] for line in view["lines"])


async def test_paying_all_starts_a_payment_for_each(payments, case_id):
    answer = await pays_all(payments, case_id)
    assert answer.status_code == 201, answer.text
    lines = answer.json()["payments"]
    assert [line["kind"] for line in lines] == ["fee", "postage"]
    for line in lines:
        assert line["hindrance"] is None
        await payments.world.pay(line["attempt"]["pay_url"])
    await payments.world.delivered()
    after = (await seen(payments, case_id)).json()
    assert [line["order"]["state"] for line in after["lines"]] == ["paid", "paid"]
    assert (after["due_cents"], after["payments"], after["note"], after["ways"]) == (0, 0, None, [])


async def test_what_is_paid_is_not_started_again(payments, case_id):
    first = (await pays_all(payments, case_id)).json()["payments"]
    await payments.world.pay(first[0]["attempt"]["pay_url"])
    await payments.world.delivered()
    again = (await pays_all(payments, case_id)).json()
    assert [line["kind"] for line in again["payments"]] == ["postage"]
    assert again["payments"][0]["attempt"]["id"] == first[1]["attempt"]["id"]
    assert again["note"] is None, "one payment only"


async def test_nothing_to_pay_is_said(payments, case_id):
    await payments.withdrawn(case_id)
    answer = await pays_all(payments, case_id)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/nothing-to-pay")
    assert (await seen(payments, uuid4())).status_code == 404


async def test_a_bank_that_is_down_hinders_each_and_keeps_the_orders(payments, case_id):
    await payments.world.fault(down=True)
    answer = await pays_all(payments, case_id)
    assert answer.status_code == 201
    assert [line["hindrance"]["type"] for line in answer.json()["payments"]] == [
        "/problems/payment-channel-down"
    ] * 2
    await payments.world.fault()
    again = (await pays_all(payments, case_id)).json()["payments"]
    assert all(line["attempt"] for line in again)


async def test_an_unknown_channel_is_said_of_each(payments, case_id):
    answer = await pays_all(payments, case_id, channel="nobank")
    assert {line["hindrance"]["type"] for line in answer.json()["payments"]} == {
        "/problems/payment-channel-not-offered"
    }


async def test_the_same_key_gives_the_same_answer(payments, case_id):
    body = {"case_id": str(case_id), "channel": "bank"}
    first = await payments.citizen.post("/checkout", body, key="once")
    again = await payments.citizen.post("/checkout", body, key="once")
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_fine_whose_sum_is_not_known_yet_is_shown_as_that(payments):
    case_id = await payments.requested(amount_cents=None, source="issuing_system")
    view = (await seen(payments, case_id)).json()
    (line,) = view["lines"]
    assert (line["order"]["state"], line["amount_from"], view["due_cents"]) == (
        "pricing",
        "issuing_system",
        0,
    )


async def test_a_fine_is_shown_with_its_decision_to_the_payer_alone(payments, tokens):
    case_id = uuid4()
    payments.world.decision_nos[case_id] = "3205011000000002"
    await payments.requested(amount_cents=None, source="issuing_system", case_id=case_id)
    await payments.svc.run_jobs()
    (line,) = (await seen(payments, case_id)).json()["lines"]
    assert (line["decision_no"], line["order"]["amount_yuan"]) == ("3205011000000002", "500.00")
    officer = tokens.officer(
        uuid4(), unit=payments.unit, department=payments.department, roles=(Role.OFFICER,)
    )
    assert "3205011000000002" not in (await seen(payments, case_id, officer)).text


async def test_a_wrong_number_is_said_before_anything_is_paid(payments):
    case_id = uuid4()
    payments.world.decision_nos[case_id] = "0000000000000000"
    await payments.requested(amount_cents=None, source="issuing_system", case_id=case_id)
    await payments.svc.run_jobs()
    (line,) = (await seen(payments, case_id)).json()["lines"]
    assert (line["order"]["can_pay"], line["decision_no"]) == (False, "0000000000000000")
    assert "查不到该决定书编号" in line["order"]["note"]


async def test_an_agent_pays_for_both_and_stays_in_the_records(payments, case_id, tokens):
    agent, mandate = uuid4(), uuid4()
    act = {"sub": str(agent), "mandate": str(mandate)}
    token = tokens.mint(payments.citizen.id, (Role.CITIZEN,), ial=2, act=act)
    assert (await seen(payments, case_id, token)).json()["payments"] == 2
    answer = await payments.svc.client.post(
        "/api/payments/checkout",
        json={"case_id": str(case_id), "channel": "bank"},
        headers=bearer(token) | {"Idempotency-Key": "for-her"},
    )
    for line in answer.json()["payments"]:
        await payments.world.pay(line["attempt"]["pay_url"])
    await payments.world.delivered()
    paid = [event for event in await payments.svc.emitted() if event.TYPE == "payment.order.paid"]
    assert {(event.acted_by, event.applicant_id) for event in paid} == {(agent, payments.citizen.id)}


async def test_strangers_learn_nothing(payments, case_id, tokens):
    stranger = tokens.citizen(uuid4())
    assert (await seen(payments, case_id, stranger)).status_code == 404
    answer = await payments.svc.client.post(
        "/api/payments/checkout",
        json={"case_id": str(case_id), "channel": "bank"},
        headers=bearer(stranger) | {"Idempotency-Key": "k"},
    )
    assert answer.status_code == 404

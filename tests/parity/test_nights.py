"""Nights: what both sides know alike is quiet; what they do not is repaired, or waits for a person."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer
from payment_svc.application.tell_paid_again import TellPaidAgain

from .conftest import FEE, Both

PAID_EVENT = "payment.order.paid"
CASE_DAY_EVENT = "case.day.tallied"


async def decide(both: Both, difference_id: str, **body: Any) -> Any:
    answer = await both.payments.client.post(
        f"/api/payments/parity/differences/{difference_id}/decision",
        json={"decision": "corrected", "note": "已与支付渠道核对，按账单更正", **body},
        headers=bearer(both.tokens.operator()) | {"Idempotency-Key": str(uuid4())},
    )
    return answer


async def order_events(both: Both) -> list[Any]:
    return [event for event in await both.payments.emitted() if event.TYPE == PAID_EVENT]


async def test_owners_that_agree_are_quiet(both: Both) -> None:
    for _ in range(2):
        await both.paid()
    await both.owing()
    await both.night()
    [day] = (await both.get("/parity"))["items"]
    assert (day["day"], day["agrees"], day["hours_apart"]) == (both.today.isoformat(), True, 0)
    assert [day[name] for name in ("orders", "cases", "booked", "applied")] == [2, 2, 2, 2]
    assert await both.differences() == []


async def test_a_second_night_does_not_put_off_what_is_missed(both: Both) -> None:
    both.lost = {CASE_DAY_EVENT}
    await both.night()
    await both.time_to_miss()
    await both.night()
    assert "case-svc" in str(await both.missed()), "it is still stuck work"


async def test_an_owner_who_never_tells_of_a_day_is_stuck_work_until_it_does(both: Both) -> None:
    both.lost = {CASE_DAY_EVENT}
    await both.night()
    assert await both.missed() is None, "it may still come"
    await both.time_to_miss()
    assert "case-svc" in str(await both.missed())
    await both.exchange()
    assert (await both.get("/parity"))["items"][0]["cases"] is None
    both.lost, both.carried = set(), {}
    await both.exchange()
    await both.time_to_miss()
    assert await both.missed() is None
    assert (await both.get("/parity"))["items"][0]["cases"] == 0


async def test_a_case_that_never_heard_of_its_money_is_told_again(both: Both) -> None:
    case_id = await both.owing()
    both.lost = {PAID_EVENT}
    order_id = await both.pay(case_id)
    await both.exchange()
    assert await both.case_state(case_id) == "awaiting_payment"
    both.lost = set()
    await both.night()
    assert await both.case_state(case_id) == "completed"
    first, again = await order_events(both)
    assert first == again and again.order_id == order_id
    [found] = await both.differences()
    assert (found["what"], found["case_id"], found["state"]) == ("cases_theirs", str(case_id), "repaired")
    assert found["retold_at"] and found["ended_at"]

    await both.a_day_later()
    await both.night()
    assert await both.states() == ["repaired"] and await both.raised() == []
    assert len(await order_events(both)) == 2
    [day] = (await both.get("/parity"))["items"]
    assert day["agrees"] and (day["cases"], day["settled"]) == (1, 1)


async def test_one_that_does_not_help_is_raised_the_next_night(both: Both) -> None:
    case_id = await both.owing()
    both.lost = {PAID_EVENT}
    order_id = await both.pay(case_id)
    await both.night()
    await both.night()
    assert await both.states() == ["retold"]
    await both.a_day_later()
    await both.night()
    [anomaly] = await both.raised()
    assert (anomaly["what"], anomaly["channel"], anomaly["order_id"]) == (
        "cases_theirs", "cases", str(order_id),
    )  # fmt: skip
    assert anomaly["ours"] == {"case_id": str(case_id), "amount_cents": str(FEE)}
    assert anomaly["theirs"] is None
    assert len(await order_events(both)) == 2


async def test_a_case_that_is_paid_by_no_order_of_ours_is_raised(both: Both) -> None:
    case_id, order_id = await both.paid()
    await both.tampered(
        both.payments, "UPDATE payment_order SET booked_at = NULL, state = 'open' WHERE id = $1", order_id
    )
    await both.night()
    raised = {one["what"]: one for one in await both.raised()}
    assert raised.keys() == {"cases_ours", "ledger_ours"}
    assert raised["cases_ours"]["theirs"] == {"case_id": str(case_id), "amount_cents": str(FEE)}
    assert raised["ledger_ours"]["theirs"] == {"amount_cents": str(FEE)}
    assert all(one["ours"] is None for one in raised.values())


async def test_another_amount_there_is_raised_with_both_words(both: Both) -> None:
    case_id, order_id = await both.paid()
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = 1 WHERE id = $1", case_id)
    await both.night()
    [anomaly] = await both.raised()
    assert (anomaly["what"], anomaly["order_id"]) == ("cases", str(order_id))
    assert (anomaly["ours"]["amount_cents"], anomaly["theirs"]["amount_cents"]) == (str(FEE), "1")
    assert len(await order_events(both)) == 1


async def test_an_order_of_another_case_is_raised(both: Both) -> None:
    case_id, order_id = await both.paid()
    await both.tampered(both.cases, "UPDATE cases SET order_id = $2 WHERE id = $1", case_id, uuid4())
    await both.night()
    assert await both.states() == ["retold", "raised"] or await both.states() == ["raised", "retold"]
    await both.a_day_later()
    await both.night()
    assert {one["what"] for one in await both.raised()} == {"cases_theirs", "cases_ours"}
    assert str(order_id) in {one["order_id"] for one in await both.raised()}


async def test_an_order_that_the_ledger_does_not_know_is_raised(both: Both) -> None:
    _, order_id = await both.paid()
    await both.tampered(both.payments, "DELETE FROM ledger_entry")
    await both.night()
    found = {one["pair"]: one for one in await both.differences()}
    assert {pair: one["what"] for pair, one in found.items()} == {
        "ledger": "ledger_theirs",
        "books": "books",
    }
    assert found["books"]["ours"] == {"applied": str(FEE)} and found["books"]["theirs"] == {}
    assert {one["order_id"] for one in found.values()} == {str(order_id)}


async def test_a_capture_that_stands_elsewhere_than_the_ledger_says_is_raised(both: Both) -> None:
    _, order_id = await both.paid()
    await both.tampered(both.payments, "UPDATE capture SET state = 'held' WHERE order_id = $1", order_id)
    await both.night()
    [anomaly] = await both.raised()
    assert (anomaly["channel"], anomaly["ours"], anomaly["theirs"]) == (
        "books", {"held": str(FEE)}, {"applied": str(FEE)},
    )  # fmt: skip


async def test_another_amount_in_the_ledger_is_raised(both: Both) -> None:
    await both.paid()
    await both.tampered(both.payments, "UPDATE ledger_entry SET amount_cents = amount_cents + 1")
    await both.night()
    assert {one["what"] for one in await both.raised()} == {"ledger", "books"}


async def test_money_of_a_withdrawn_case_is_no_difference(both: Both) -> None:
    """It was withdrawn while the money was on its way: it goes back, and the case never was paid."""
    case_id = await both.owing()
    answer = await both.cases.citizen.post(f"/api/cases/{case_id}/withdraw", {"reason": "不办了"})
    assert answer.status_code == 200, answer.text
    await both.pay(case_id)
    await both.exchange()
    await both.night()
    assert await both.differences() == []


async def test_what_was_raised_and_agrees_later_is_gone(both: Both) -> None:
    case_id, _ = await both.paid()
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = 1 WHERE id = $1", case_id)
    await both.night()
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = $2 WHERE id = $1", case_id, FEE)
    await both.night()
    assert await both.states() == ["gone"] and await both.raised() == []
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = 1 WHERE id = $1", case_id)
    await both.night()
    assert await both.states() == ["raised"]


async def test_what_a_person_decided_is_not_raised_again_unless_a_side_says_something_else(
    both: Both,
) -> None:
    case_id, _ = await both.paid()
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = 1 WHERE id = $1", case_id)
    await both.night()
    [anomaly] = await both.raised()
    decided = await decide(both, anomaly["id"], decision="explained", note="来电 13800000000 说明：减免")
    assert decided.status_code == 200, decided.text
    said = decided.json()
    assert (said["state"], said["decision"], said["note"]) == (
        "decided", "explained", "来电 138****0000 说明：减免",
    )  # fmt: skip
    assert said["decided_by"] and said["ended_at"]
    await both.night()
    assert await both.raised() == [] and await both.states() == ["decided"]
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = 3 WHERE id = $1", case_id)
    await both.night()
    assert await both.states() == ["decided", "raised"]
    assert (await decide(both, anomaly["id"])).status_code == 409
    assert (await decide(both, str(uuid4()))).status_code == 404


async def test_only_what_is_raised_can_be_decided(both: Both) -> None:
    case_id = await both.owing()
    both.lost = {PAID_EVENT}
    await both.pay(case_id)
    await both.night()
    [retold] = await both.differences()
    assert (await decide(both, retold["id"])).status_code == 409


async def test_a_day_waits_while_case_svc_has_not_told(both: Both) -> None:
    both.lost = {"case.day.tallied"}
    await both.paid()
    await both.night()
    [day] = (await both.get("/parity"))["items"]
    assert (day["cases"], day["agrees"]) == (None, False)
    assert await both.differences() == []


async def test_a_day_is_compared_again_by_what_both_count_then(both: Both, monkeypatch: Any) -> None:
    """Nothing was published of the change: an operator asks, and both sides count anew."""
    case_id, _ = await both.paid()
    await both.night()
    await both.tampered(both.cases, "UPDATE cases SET amount_cents = 1 WHERE id = $1", case_id)
    monkeypatch.setattr("payment_svc.application.decide_difference.last_closed", lambda moment: both.today)
    for _ in range(2):
        answer = await both.payments.client.post(
            f"/api/payments/parity/{both.today}/comparison",
            headers=bearer(both.tokens.operator()) | {"Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 202, answer.text
        await both.exchange()
    assert [one["what"] for one in await both.raised()] == ["cases"]


@pytest.mark.parametrize(("day", "status"), [("2199-12-31", 409), ("2026-01-01", 404), ("2026-02-30", 422)])
async def test_a_day_that_cannot_be_compared_gets_a_clear_error(both: Both, day: str, status: int) -> None:
    answer = await both.payments.client.post(
        f"/api/payments/parity/{day}/comparison",
        headers=bearer(both.tokens.operator()) | {"Idempotency-Key": str(uuid4())},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_many_that_lost_their_event_are_all_repaired(both: Both, monkeypatch: Any) -> None:
    monkeypatch.setattr("payment_svc.application.compare_days.AT_ONCE", 2)
    cases = [await both.owing() for _ in range(5)]
    both.lost = {PAID_EVENT}
    for case_id in cases:
        await both.pay(case_id)
    await both.exchange()
    both.lost = set()
    await both.night()
    assert [await both.case_state(case_id) for case_id in cases] == ["completed"] * 5
    await both.a_day_later()
    await both.night()
    assert await both.states() == ["repaired"] * 5


async def test_a_night_that_is_cut_off_goes_on_and_tells_nobody_twice(both: Both, monkeypatch: Any) -> None:
    monkeypatch.setattr("payment_svc.application.compare_days.AT_ONCE", 2)
    cases = [await both.owing() for _ in range(5)]
    both.lost = {PAID_EVENT}
    for case_id in cases:
        await both.pay(case_id)
    await both.exchange()
    both.lost = set()
    told, tell_again = [], TellPaidAgain.__call__

    async def killed_once(self: TellPaidAgain, order_id: UUID, uow: Any) -> bool:
        told.append(order_id)
        if len(told) == 4:
            raise RuntimeError("killed in the second of three steps")
        return await tell_again(self, order_id, uow)

    monkeypatch.setattr(TellPaidAgain, "__call__", killed_once)
    await both.night()
    async with both.payments.uow() as uow:
        await uow.execute("UPDATE job SET run_at = now()")
    await both.exchange()
    assert len(told) == 7, "two, two that came to nothing, and those and the last once more"
    assert [await both.case_state(case_id) for case_id in cases] == ["completed"] * 5
    assert len(await order_events(both)) == 10

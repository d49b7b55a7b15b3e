"""What two operators agree about is what moves; refunds of the bill are ours only where they were ours to ask for."""

from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer

from .conftest import CHANNELS
from .test_bill_desk import Desk, at_ccb, at_the_bank, paid_twice

at_wechat = pytest.mark.parametrize(
    "story", [way for way in CHANNELS if way.channel == "wechat_pay"], indirect=True, ids=str
)


@pytest.fixture
def desk(billing) -> Desk:
    return Desk(billing)


async def line_says(billing, cents: int) -> None:
    """The bill's lines tell of another sum, and are matched."""
    async with billing.payments.svc.uow() as uow:
        await uow.execute("UPDATE bill_line SET amount_cents = $1", cents)
    await billing.matched()


async def much_is_held(story, billing) -> str:
    """245 yuan are held, of which the bill says one; the capture."""
    await story.begin(amount_cents=25_000, source="applicant")
    await story.world.fault(wrong_amount_next=1, wrong_amount_delta_cents=-500)
    await story.pays()
    await story.world.delivered()
    await billing.billed()
    await line_says(billing, 100)
    return (await story.payments.anomalies("held"))[0]["id"]


@at_the_bank
async def test_what_moves_is_what_the_limit_is_about_whatever_the_bill_says(story, billing, desk):
    await much_is_held(story, billing)
    waiting = await desk.decided("send_back")
    assert (waiting["kind"], waiting["state"]) == ("amount", "awaiting_approval")
    assert await story.seen() == ("open", ["held"])
    assert (await desk.agrees(waiting)).json()["state"] == "decided"
    await billing.refunded()
    assert await story.seen() == ("open", ["refunded"])


@at_the_bank
async def test_no_other_way_sends_much_money_back_alone(story, billing, desk):
    capture_id = await much_is_held(story, billing)
    waiting = await desk.decided("send_back")
    headers = bearer(story.payments.tokens.operator()) | {"Idempotency-Key": str(uuid4())}
    answer = await story.payments.svc.client.post(
        f"/api/payments/anomalies/{capture_id}/refund", headers=headers
    )
    assert answer.status_code == 200, answer.text
    await story.payments.run()
    assert await story.seen() == ("open", ["held"])
    both = await desk.agrees(waiting)
    assert (both.status_code, both.json()["type"]) == (409, "/problems/held-money-waits")
    assert (await desk.one())["state"] == "awaiting_approval"


@at_the_bank
async def test_a_decision_that_waits_falls_when_a_side_says_something_else(story, billing, desk):
    await much_is_held(story, billing)
    waiting = await desk.decided("send_back")
    await billing.matched()
    assert (await desk.one())["state"] == "awaiting_approval", "both sides say the same"
    await line_says(billing, 200)
    found = await desk.one()
    assert (found["id"], found["state"]) == (waiting["id"], "open")
    assert (found["decision"], found["note"], found["decided_by"]) == (None, None, None)
    assert (await desk.agrees(waiting)).status_code == 409


@at_ccb
async def test_a_decision_leaves_a_match_that_runs_alone(story, billing, desk):
    await paid_twice(story, billing)
    found = await desk.one()
    pool, key = story.payments.svc.service.pool, str((await billing.bill())["id"])
    await pool.execute(
        "INSERT INTO job (kind, key, attempts, leased_until)"
        " VALUES ('payment.match_bill', $1, 1, now() + interval '1 hour')", key,
    )  # fmt: skip
    sql = "SELECT * FROM job WHERE kind = 'payment.match_bill' AND key = $1"
    before = dict(await pool.fetchrow(sql, key))
    await desk.decided("book")
    assert dict(await pool.fetchrow(sql, key)) == before
    await desk.later()
    (row,) = await billing.rows("decided")
    assert (str(row["id"]), row["line"]) == (found["id"], None), "it was matched all the same"
    assert (await billing.bill())["equal"] == 2


@at_wechat
async def test_money_that_left_without_our_knowing_is_long_until_the_provider_is_asked(story, billing, desk):
    await story.paid()
    await story.world.control("PATCH", "/settings", {"refund_seconds": 600})
    await story.payments.withdrawn(story.case_id)
    await story.payments.run()
    (refund,) = (await story.world.books(story.number))["refunds"]
    path = f"/{story.way.channel}/refunds/{refund['out_refund_no']}/settle"
    await story.world.control("POST", path, {"status": "ABNORMAL"})
    await story.world.delivered()
    await story.world.fault(lose_next=1)
    await story.world.control("POST", path, {"status": "SUCCESS"})
    await billing.billed()
    found = await desk.one()
    assert (found["kind"], found["entry"], found["ours"]) == ("long", "refund", None)
    assert (found["refund_id"], found["possible"]) == (str(UUID(refund["out_refund_no"])), ["accept"])
    assert (await desk.post(f"/differences/{found['id']}/query")).status_code == 202
    await story.payments.run()
    assert await story.seen() == ("refunded", ["refunded"])
    await desk.later()
    ended = await desk.again(found)
    assert (ended["state"], ended["outcome"]) == ("resolved", "booked_since")
    assert (await story.payments.balances())["balanced"]


@at_the_bank
async def test_a_refund_in_the_bill_of_another_account_is_none_of_it(story, billing, desk):
    await story.paid()
    await story.payments.withdrawn(story.case_id)
    await billing.refunded()
    await billing.billed()
    async with story.payments.svc.uow() as uow:
        await uow.execute(
            "UPDATE bill_line l SET bill_id = b.id FROM bill b WHERE l.entry = 'refund'"
            " AND b.payee = 'postal' AND b.channel = $1 AND b.day = $2", story.way.channel, billing.day,
        )  # fmt: skip
    await billing.matched()
    answer = (await desk.get("/differences", day=str(billing.day))).json()["items"]
    assert sorted((one["payee"], one["kind"], one["entry"]) for one in answer) == [
        ("postal", "long", "refund"),
        ("treasury", "short", "refund"),
    ]

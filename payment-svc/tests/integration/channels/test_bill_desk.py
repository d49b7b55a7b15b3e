"""What differs ends by a decision that is kept, and money moves only as any money does."""

import csv
import io
from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role

from .conftest import CHANNELS, DAY, on_every_channel

at_ccb = pytest.mark.parametrize(
    "story", [way for way in CHANNELS if way.channel == "ccb"], indirect=True, ids=str
)
at_the_bank = pytest.mark.parametrize(
    "story", [way for way in CHANNELS if way.channel == "bank"], indirect=True, ids=str
)
PHONE = "13800000000"


class Desk:
    """An operator at the exception desk."""

    def __init__(self, billing) -> None:
        self.billing, self.payments = billing, billing.payments
        self.operator, self.another = uuid4(), uuid4()

    async def get(self, path: str, **query: str):
        headers = bearer(self.payments.tokens.mint(self.operator, (Role.OPERATOR,)))
        return await self.payments.svc.client.get(f"/api/payments/bills{path}", params=query, headers=headers)

    async def post(self, path: str, document: object = None, *, by=None):
        headers = bearer(self.payments.tokens.mint(by or self.operator, (Role.OPERATOR,))) | {
            "Idempotency-Key": str(uuid4())
        }
        return await self.payments.svc.client.post(
            f"/api/payments/bills{path}", json=document, headers=headers
        )

    async def one(self, **query: str):
        answer = await self.get("/differences", **query)
        assert answer.status_code == 200, answer.text
        (found,) = [item for item in answer.json()["items"] if item["payee"] == "treasury"]
        return found

    async def decided(self, decision: str, note: str = "已与银行核实"):
        """The only open difference, as it is after the decision."""
        body = {"decision": decision, "note": note}
        answer = await self.post(f"/differences/{(await self.one())['id']}/decision", body)
        assert answer.status_code == 200, answer.text
        await self.payments.run()
        return answer.json()

    async def later(self) -> None:
        """The minute is over in which something was decided, and its bill is matched."""
        async with self.payments.svc.uow() as uow:
            await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'payment.match_bill'")
        await self.payments.run()

    async def agrees(self, found):
        """Another operator, with what was decided."""
        path = f"/differences/{found['id']}/approval"
        return await self.post(path, {"approve": True}, by=self.another)

    async def again(self, found):
        return (await self.get(f"/differences/{found['id']}")).json()


@pytest.fixture
def desk(billing) -> Desk:
    return Desk(billing)


async def paid_twice(story, billing, **options) -> None:
    """The second payment has the first's name in every notice and answer."""
    await story.paid(**options)
    await story.world.capture_again(story.number)
    await story.world.delivered()
    assert await story.seen() == ("paid", ["applied"])
    await billing.billed()


@at_ccb
async def test_a_second_payment_that_only_the_bill_shows_is_booked_and_goes_back(story, billing, desk):
    await paid_twice(story, billing)
    found = await desk.one()
    assert (found["kind"], found["ours"], found["order_id"]) == ("long", None, story.order_id)
    (listed,) = await story.payments.anomalies("bill")
    assert (listed["order_id"], listed["case_id"]) == (story.order_id, story.case_id)
    assert set(found["possible"]) == {"accept", "book"}
    assert (await desk.decided("book"))["state"] == "decided"
    await billing.refunded()
    assert await story.seen() == ("paid", ["applied", "refunded"])
    (refund,) = (await story.world.books(story.number))["refunds"]
    captures = (await story.world.books(story.number))["captures"]
    assert refund["transaction_id"] == captures[1]["transaction_id"], "it is the second that went back"
    assert (await story.payments.balances())["balanced"]
    await desk.later()
    assert (await billing.bill())["equal"] == 2
    assert await billing.differences("open", "carried") == []


@at_ccb
async def test_much_money_moves_only_once_another_operator_agrees(story, billing, desk):
    await paid_twice(story, billing, amount_cents=25_000, source="applicant")
    waiting = await desk.decided("book")
    assert waiting["state"] == "awaiting_approval"
    assert await story.seen() == ("paid", ["applied"])
    path = f"/differences/{waiting['id']}/approval"
    own = await desk.post(path, {"approve": True})
    assert (own.status_code, own.json()["type"].rpartition("/")[2]) == (409, "own-bill-decision")
    agreed = (await desk.agrees(waiting)).json()
    assert (agreed["state"], agreed["approved_by"]) == ("decided", str(desk.another))
    assert (await desk.agrees(waiting)).status_code == 409
    await billing.refunded()
    assert await story.seen() == ("paid", ["applied", "refunded"])


@at_ccb
async def test_what_another_operator_declines_is_open_again(story, billing, desk):
    await paid_twice(story, billing, amount_cents=25_000, source="applicant")
    waiting = await desk.decided("book")
    await desk.post(f"/differences/{waiting['id']}/approval", {"approve": False}, by=desk.another)
    found = await desk.one()
    assert (found["state"], found["decision"]) == ("open", None)
    assert await story.seen() == ("paid", ["applied"])


@at_the_bank
async def test_a_decision_stays_while_both_sides_say_the_same_and_not_longer(story, billing, desk):
    await story.paid()
    await story.world.fault(bill_wrong_amount=1)
    await billing.billed()
    kept = await desk.decided("accept", f"电话 {PHONE} 已说明")
    assert PHONE not in kept["note"]
    await billing.fetched()
    await billing.matched()
    assert await billing.differences("open") == []
    await story.world.fault(bill_wrong_amount=0, bill_drop=1)
    await billing.fetched()
    assert await billing.differences("open") == [("short", "payment")]
    assert (await desk.again(kept))["state"] == "decided"
    assert [row["line"] for row in await billing.rows("decided")] == [None], "no line is what it was about"


@at_the_bank
async def test_held_money_goes_back_from_the_desk(story, billing, desk):
    await story.begin()
    await story.world.fault(wrong_amount_next=1, wrong_amount_delta_cents=-500, bill_wrong_amount=1)
    await story.pays()
    await story.world.delivered()
    await billing.billed()
    found = await desk.one()
    assert (found["kind"], found["capture_state"], "send_back" in found["possible"]) == (
        "amount",
        "held",
        True,
    )
    await desk.decided("send_back")
    await billing.refunded()
    assert await story.seen() == ("open", ["refunded"])


@on_every_channel
async def test_money_no_notice_told_of_is_found_by_asking_the_provider(story, billing, desk):
    await story.begin()
    await story.world.fault(lose_next=1)
    await story.pays()
    await billing.billed()
    found = await desk.one()
    assert (found["kind"], "book" in found["possible"]) == ("long", True)
    assert (await desk.post(f"/differences/{found['id']}/query")).status_code == 202
    await story.payments.run()
    assert await story.seen() == ("paid", ["applied"])
    await desk.later()
    ended = await desk.again(found)
    assert (ended["state"], ended["outcome"], ended["answer"]) == (
        "resolved",
        "booked_since",
        "succeeded 2000",
    )


@at_the_bank
async def test_what_is_carried_over_is_open_again_when_the_next_bill_has_it_not(story, billing, desk):
    await story.paid()
    await story.world.fault(bill_drop=1)
    await billing.billed()
    await billing.forget(billing.day + DAY)
    assert (await desk.decided("carry_over"))["state"] == "carried"
    await billing.matched()
    assert await billing.differences("carried") == [("short", "payment")]
    await billing.fetched()
    assert await billing.differences("open") == [("short", "payment")]
    refused = await desk.post(
        f"/differences/{(await desk.one())['id']}/decision", {"decision": "carry_over", "note": "再等等"}
    )
    assert (refused.status_code, refused.json()["possible"]) == (409, ["accept"])


@on_every_channel
async def test_the_sheet_has_every_line_and_what_only_we_have(story, billing, desk):
    await story.paid()
    other = type(story)(story.payments, story.way)
    await other.paid()
    await story.world.fault(bill_drop=1, bill_extra=1)
    await billing.billed()
    answer = await desk.get(f"/{billing.channel}/treasury/{billing.day}/sheet")
    assert answer.status_code == 200 and answer.content.startswith("\ufeff结果".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    seen = [(row["结果"], row["账单金额（元）"], row["本平台金额（元）"]) for row in rows]
    assert sorted(seen) == sorted(
        [("相符", "20.00", "20.00"), ("长款：只有账单有", "12.34", ""), ("短款：只有本平台有", "", "20.00")]
    )
    numbers = [row[column] for row in rows for column in ("渠道单号", "流水号", "商户订单号") if row[column]]
    assert len(numbers) >= 6 and all(number.endswith("\t") for number in numbers), (
        "spreadsheets cut off digits"
    )


@at_the_bank
async def test_a_day_says_what_it_sums_up_to_and_is_fetched_again_when_asked(story, billing, desk):
    await story.paid()
    await billing.billed()
    path = f"/bank/treasury/{billing.day}"
    day = (await desk.get(path)).json()
    assert (day["payments"], day["our_paid_cents"], day["equal"], day["open"]) == (1, 2000, 1, 0)
    listed = (await desk.get("", channel="bank", day=str(billing.day))).json()["items"]
    assert day in listed and {one["payee"] for one in listed} == {"treasury", "postal"}
    await story.world.fault(bill_extra=1)
    assert (await desk.post(f"{path}/fetch")).status_code == 202
    await story.payments.run()
    assert (await desk.get(path)).json()["long"] == 1
    assert [one["channel"] for one in await story.payments.anomalies("bill")][:1] == ["bank"]


@at_the_bank
async def test_what_is_not_there_or_not_over_is_said(story, billing, desk):
    assert (await desk.get("/bank/treasury/2001-01-01")).status_code == 404
    assert (await desk.get("/bank/treasury/2001-01-01/sheet")).status_code == 404
    assert (await desk.get(f"/differences/{uuid4()}")).status_code == 404
    assert (await desk.post(f"/bank/treasury/{billing.day + 3 * DAY}/fetch")).status_code == 409
    assert (await desk.post(f"/nobody/treasury/{billing.day}/fetch")).status_code == 404

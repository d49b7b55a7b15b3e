"""Staff give back parts of what was paid, or all of it; above the limit a second pair of eyes decides first."""

import asyncio
from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer
from contracts.payment import RefundRequested, RefundSucceeded
from contracts.tokens import Role

REASON = "多收取的工本费予以退还"


class Desk:
    """An officer and two supervisors of the order's unit, before an order that was paid with 500 yuan."""

    def __init__(self, payments) -> None:
        self.payments, self.client = payments, payments.svc.client
        self.officer = self._badge(Role.OFFICER)
        self.supervisor, self.other = self._badge(Role.SUPERVISOR), self._badge(Role.SUPERVISOR)
        self.elsewhere = self._badge(Role.SUPERVISOR, unit="BL-HUZHENG")

    def _badge(self, role: Role, unit: str | None = None) -> str:
        return self.payments.tokens.officer(
            uuid4(), unit=unit or self.payments.unit, department=self.payments.department, roles=(role,)
        )

    async def paid(self) -> str:
        order = await self.payments.opened(amount_cents=50_000)
        attempt = await self.payments.citizen.start(order["id"])
        await self.payments.world.pay(attempt["pay_url"])
        await self.payments.world.delivered()
        self.case_id = order["case_id"]
        return order["id"]

    async def held(self, where: str = "capture") -> tuple[str, str]:
        """An order of 500 yuan, and 495 that came for it and are held, in truth or by a notice that lies."""
        order = await self.payments.opened(amount_cents=50_000)
        attempt = await self.payments.citizen.start(order["id"])
        fault = {"wrong_amount_next": 1, "wrong_amount_delta_cents": -500, "wrong_amount_in": where}
        await self.payments.world.fault(**fault)
        await self.payments.world.pay(attempt["pay_url"])
        await self.payments.world.delivered()
        (held,) = await self.payments.anomalies("held")
        self.case_id, self.number = order["case_id"], UUID(attempt["id"]).hex
        return order["id"], held["id"]

    async def sends_back(self, capture_id: str, operator: UUID):
        headers = bearer(self.payments.tokens.mint(operator, (Role.OPERATOR,)))
        return await self.client.post(
            f"/api/payments/anomalies/{capture_id}/refund",
            headers=headers | {"Idempotency-Key": str(uuid4())},
        )

    async def asks(self, order_id: str, cents: int, token: str | None = None):
        body = {"amount_cents": cents, "reason": REASON}
        headers = bearer(token or self.officer) | {"Idempotency-Key": str(uuid4())}
        return await self.client.post(f"/api/payments/orders/{order_id}/refunds", json=body, headers=headers)

    async def decides(self, refund: dict, verb: str, token: str):
        headers = bearer(token) | {"Idempotency-Key": str(uuid4())}
        return await self.client.post(f"/api/payments/refunds/{refund['id']}/{verb}", headers=headers)

    async def waiting(self, token: str) -> list[str]:
        answer = await self.client.get("/api/payments/refunds/waiting", headers=bearer(token))
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    async def carried_out(self) -> None:
        """Until no refund is under way at the provider."""

        async def done() -> bool:
            async with self.payments.svc.uow() as uow:
                await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'payment.refund'")
            await self.payments.run()
            return not await self.payments.svc.service.pool.fetchval(
                "SELECT count(*) FROM refund WHERE state IN ('requested', 'processing')"
            )

        await self.payments.world.until(done)

    async def stands(self, order_id: str) -> tuple[str, str, list[tuple[int, str]]]:
        """The order's state, its money's, and each refund."""
        order = await self.payments.citizen.order(order_id)
        (money,) = order["money"]
        refunds = [(one["amount_cents"], one["state"]) for one in money["refunds"]]
        return order["state"], money["state"], refunds

    async def balance(self) -> tuple[int, int, int]:
        found = await self.payments.balances()
        assert found["balanced"]
        return found["applied_cents"], found["refund_due_cents"], found["refunded_cents"]


@pytest.fixture
def desk(payments):
    return Desk(payments)


async def test_a_part_below_the_limit_goes_back_at_once_and_the_order_stays_paid(desk):
    order_id = await desk.paid()
    answer = await desk.asks(order_id, 1_500)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["state"], answer.json()["reason"]) == ("requested", REASON)
    await desk.carried_out()
    assert await desk.stands(order_id) == ("paid", "applied", [(1_500, "succeeded")])
    assert await desk.balance() == (48_500, 0, 1_500)
    assert (await desk.payments.world.books())["sums"]["refunded_cents"] == 1_500
    told = [event for event in await desk.payments.svc.emitted() if "refund" in event.TYPE]
    assert [(type(event), event.amount_cents) for event in told] == [
        (RefundRequested, 1_500),
        (RefundSucceeded, 1_500),
    ]


async def test_parts_until_all_is_back_end_the_order_and_nothing_is_owed(desk):
    order_id = await desk.paid()
    for cents in (19_999, 19_999, 10_002):
        assert (await desk.asks(order_id, cents)).status_code == 201
    await desk.carried_out()
    state, money, refunds = await desk.stands(order_id)
    assert (state, money, {one[1] for one in refunds}) == ("refunded", "refunded", {"succeeded"})
    assert await desk.balance() == (0, 0, 50_000)
    answer = await desk.payments.citizen.post(f"/cases/{desk.case_id}/orders")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/case-no-longer-owes")


async def test_more_than_is_left_is_refused_with_what_is_left(desk):
    order_id = await desk.paid()
    await desk.asks(order_id, 1_500)
    answer = await desk.asks(order_id, 48_501)
    assert (answer.status_code, answer.json()["left_cents"]) == (409, 48_500)
    assert await desk.balance() == (48_500, 1_500, 0)


async def test_above_the_limit_another_supervisor_approves_first(desk):
    order_id = await desk.paid()
    refund = (await desk.asks(order_id, 20_000, desk.supervisor)).json()
    assert refund["state"] == "awaiting_approval"
    assert await desk.waiting(desk.other) == [refund["id"]]
    assert await desk.waiting(desk.elsewhere) == []
    await desk.payments.run()
    assert await desk.balance() == (50_000, 0, 0), "nobody at the bank has heard of it"

    own = await desk.decides(refund, "approve", desk.supervisor)
    assert (own.status_code, own.json()["type"]) == (409, "/problems/own-refund")
    assert (await desk.decides(refund, "approve", desk.elsewhere)).status_code == 404
    approved = await desk.decides(refund, "approve", desk.other)
    assert (approved.status_code, approved.json()["state"]) == (200, "requested")
    again = await desk.decides(refund, "decline", desk.other)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/refund-not-waiting")
    await desk.carried_out()
    assert await desk.stands(order_id) == ("paid", "applied", [(20_000, "succeeded")])
    assert await desk.balance() == (30_000, 0, 20_000)


async def test_what_waits_is_set_aside_and_free_again_when_declined(desk):
    order_id = await desk.paid()
    refund = (await desk.asks(order_id, 40_000)).json()
    assert (await desk.asks(order_id, 10_001)).json()["left_cents"] == 10_000
    assert (await desk.decides(refund, "decline", desk.supervisor)).json()["state"] == "declined"
    assert (await desk.asks(order_id, 10_001)).status_code == 201
    await desk.carried_out()
    assert await desk.stands(order_id) == ("paid", "applied", [(40_000, "declined"), (10_001, "succeeded")])


async def test_all_of_it_approved_ends_the_order(desk):
    order_id = await desk.paid()
    refund = (await desk.asks(order_id, 50_000)).json()
    assert (await desk.stands(order_id))[0] == "paid"
    await desk.decides(refund, "approve", desk.supervisor)
    assert (await desk.stands(order_id))[:2] == ("refunding", "refund_due")
    await desk.carried_out()
    assert (await desk.stands(order_id))[:2] == ("refunded", "refunded")


async def test_a_withdrawn_case_takes_along_what_waits_and_the_rest(desk):
    order_id = await desk.paid()
    await desk.asks(order_id, 5_000)
    await desk.asks(order_id, 20_000)
    await desk.asks(order_id, 21_000)
    await desk.payments.withdrawn(desk.case_id)
    await desk.carried_out()
    state, money, refunds = await desk.stands(order_id)
    assert (state, money) == ("refunded", "refunded")
    assert sorted(refunds) == [(cents, "succeeded") for cents in (4_000, 5_000, 20_000, 21_000)]
    assert await desk.balance() == (0, 0, 50_000)


async def test_two_who_ask_at_once_never_give_back_more_than_was_paid(desk):
    order_id = await desk.paid()
    answers = await asyncio.gather(*(desk.asks(order_id, 19_000) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers).count(201) == 2
    await desk.carried_out()
    assert await desk.balance() == (12_000, 0, 38_000)


async def test_two_who_decide_at_once_decide_once(desk):
    order_id = await desk.paid()
    refund = (await desk.asks(order_id, 30_000)).json()
    answers = await asyncio.gather(
        desk.decides(refund, "approve", desk.supervisor), desk.decides(refund, "decline", desk.other)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    await desk.carried_out()
    assert (await desk.stands(order_id))[2] in ([(30_000, "succeeded")], [(30_000, "declined")])
    await desk.balance()


@pytest.mark.parametrize(
    "body",
    [
        {"amount_cents": 0, "reason": REASON},
        {"amount_cents": -1, "reason": REASON},
        {"amount_cents": 1.5, "reason": REASON},
        {"amount_cents": 100, "reason": " "},
        {"amount_cents": 100},
        {"amount_cents": 100, "reason": REASON, "to": "me"},
    ],
)
async def test_a_bad_wish_is_422(desk, body):
    order_id = await desk.paid()
    headers = bearer(desk.officer) | {"Idempotency-Key": str(uuid4())}
    answer = await desk.client.post(f"/api/payments/orders/{order_id}/refunds", json=body, headers=headers)
    assert answer.status_code == 422


async def test_an_unpaid_order_has_nothing_to_give_back(desk):
    order = await desk.payments.opened()
    answer = await desk.asks(order["id"], 100)
    assert answer.status_code == 409
    assert (await desk.asks(str(UUID(int=1)), 100)).status_code == 404


async def test_much_held_money_goes_back_only_once_a_supervisor_agrees(desk):
    order_id, held = await desk.held()
    operator = uuid4()
    answer = await desk.sends_back(held, operator)
    assert answer.status_code == 200, answer.text
    again = await desk.sends_back(held, uuid4())
    assert (again.status_code, again.json()["type"]) == (409, "/problems/held-money-waits")
    await desk.payments.run()
    assert await desk.stands(order_id) == ("open", "held", [(49_500, "awaiting_approval")])
    (refund_id,) = await desk.waiting(desk.supervisor)
    noted = await desk.payments.svc.service.pool.fetchrow(
        "SELECT actor, subject, facts FROM audit_log WHERE action = 'payment.send_back_held'"
    )
    assert (noted["actor"], noted["subject"]) == (str(operator), refund_id)
    assert noted["facts"] == {"order": order_id, "amount_cents": "49500", "waits": "True"}

    assert (await desk.decides({"id": refund_id}, "approve", desk.supervisor)).status_code == 200
    await desk.carried_out()
    assert await desk.stands(order_id) == ("open", "refunded", [(49_500, "succeeded")])
    assert await desk.balance() == (0, 0, 49_500)


async def test_held_money_whose_return_is_declined_stays_held_and_can_be_asked_for_again(desk):
    order_id, held = await desk.held()
    await desk.sends_back(held, uuid4())
    (refund_id,) = await desk.waiting(desk.supervisor)
    assert (await desk.decides({"id": refund_id}, "decline", desk.supervisor)).status_code == 200
    assert await desk.stands(order_id) == ("open", "held", [(49_500, "declined")])
    assert (await desk.sends_back(held, uuid4())).status_code == 200
    assert len(await desk.waiting(desk.supervisor)) == 1


async def test_a_withdrawn_case_takes_no_held_money_along_that_waits(desk):
    order_id, held = await desk.held()
    await desk.payments.world.capture_again(desk.number, 50_000)
    await desk.payments.world.delivered()
    await desk.sends_back(held, uuid4())
    await desk.payments.withdrawn(desk.case_id)
    await desk.carried_out()
    order = await desk.payments.citizen.order(order_id)
    assert order["state"] == "refunded"
    assert sorted(money["state"] for money in order["money"]) == ["held", "refunded"]
    (refund_id,) = await desk.waiting(desk.supervisor)
    assert (await desk.decides({"id": refund_id}, "approve", desk.supervisor)).status_code == 200
    await desk.carried_out()
    assert await desk.balance() == (0, 0, 99_500)


async def test_what_waits_about_held_money_falls_when_the_bank_says_otherwise(desk):
    order_id, held = await desk.held("notice")
    await desk.sends_back(held, uuid4())
    assert (await desk.payments.citizen.check(order_id)).json()["state"] == "paid"
    assert await desk.stands(order_id) == ("paid", "applied", [(49_500, "declined")])
    assert await desk.waiting(desk.supervisor) == []
    assert await desk.balance() == (50_000, 0, 0)
    assert (await desk.asks(order_id, 1_500)).status_code == 201

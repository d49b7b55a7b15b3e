"""Paid cases as case-svc counts them by the day, and payment-svc's word told again."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from case_svc.persistence.parity import PAID
from chassis.clock import SHANGHAI, now
from chassis.ids import uuid7
from chassis.parity import Hour
from chassis.parity.days import last_closed
from chassis.testing import bearer
from chassis.testing.plans import unindexed
from contracts.case import CaseDayTallied
from contracts.payment import OrderPaid

DAY = last_closed(now())
STEPS = ("accept", "review", "pay", "notify")


def paid(case_id: str, booked_at: datetime, order_id: UUID | None = None) -> OrderPaid:
    return OrderPaid(
        order_id=order_id or uuid4(), case_id=UUID(case_id), amount_cents=2000, occurred_at=booked_at,
        channel="bank", paid_at=booked_at - timedelta(days=3),
    )  # fmt: skip


async def owing(world: Any, make_item: Any) -> str:
    return await world.approved(make_item("HUZHENG-105", STEPS))


async def members(world: Any, hour: int) -> list[tuple[UUID, dict[str, str]]]:
    async with world.uow() as uow:
        return [(one.id, one.says) async for one in PAID.members(uow, Hour(DAY, hour))]


async def test_a_paid_case_is_counted_on_the_day_the_money_was_booked(world, make_item) -> None:
    case_id = await owing(world, make_item)
    order = paid(case_id, datetime.combine(DAY, time(23, 59, 59, 999999), SHANGHAI))
    await world.deliver(order)
    assert await members(world, 23) == [(order.order_id, {"case_id": case_id, "amount_cents": "2000"})]
    await world.count_days(DAY)
    [told] = [event for event in await world.emitted() if isinstance(event, CaseDayTallied)]
    assert (told.day, told.facts[0].fact) == (DAY, "case.paid")
    assert [(hour.hour, hour.count) for hour in told.facts[0].hours] == [(23, 1)]


async def test_what_comes_late_is_told_as_the_days_next_revision(world, make_item) -> None:
    case_id = await owing(world, make_item)
    await world.count_days(DAY)
    await world.deliver(paid(case_id, datetime.combine(DAY, time(9), SHANGHAI)))
    await world.count_days(DAY)
    told = [event for event in await world.emitted() if isinstance(event, CaseDayTallied)]
    assert [(event.revision, len(event.facts[0].hours)) for event in told] == [(1, 0), (2, 1)]


async def test_a_case_that_was_paid_hears_the_same_order_again_without_effect(world, make_item) -> None:
    case_id = await owing(world, make_item)
    order = paid(case_id, now())
    await world.deliver(order)
    before = await standing(world, case_id)
    await world.deliver(order)  # another event about the same order
    await world.deliver(order, paid(await owing(world, make_item), now()))
    assert await standing(world, case_id) == before
    assert await world.parked() == []


async def test_money_of_another_order_is_still_noted(world, make_item) -> None:
    case_id = await owing(world, make_item)
    await world.deliver(paid(case_id, now()), paid(case_id, now()))
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert [entry["action"] for entry in timeline["entries"]].count("payment_not_needed") == 1


async def test_both_readers_may_ask_for_single_cases(world, make_item) -> None:
    order = paid(await owing(world, make_item), datetime.combine(DAY, time(9), SHANGHAI))
    await world.deliver(order)
    for reader in ("payment-svc", "evaluation-svc"):
        answer = await world.client.get(
            f"/internal/parity/facts/case.paid/days/{DAY}/hours/9",
            headers=bearer(world.tokens.service(reader)),
        )
        assert [one["id"] for one in answer.json()["items"]] == [str(order.order_id)]


async def test_a_day_is_found_by_its_index(world) -> None:
    async with world.as_owner() as connection:
        await connection.execute(
            "INSERT INTO cases (id, version, state, item_code, item_version, department, applicant_id,"
            " applicant_kind, created_at, order_id, amount_cents, paid_at) SELECT gen_random_uuid(), 1, 'paid', 'x',"
            " 1, 'x', $1, 'person', now(), gen_random_uuid(), 1, now() - n * interval '1 min'"
            " FROM generate_series(1, 30000) AS n",
            uuid7(),
        )
        await connection.execute("ANALYZE cases")
        for sql in (PAID.tally_sql, PAID.members_sql):
            assert await unindexed(connection, sql) is None


async def standing(world: Any, case_id: str) -> list[Any]:
    async with world.uow() as uow:
        case = await uow.fetchrow("SELECT version, state, paid_at FROM cases WHERE id = $1", UUID(case_id))
        history = await uow.fetchval("SELECT count(*) FROM case_history WHERE case_id = $1", UUID(case_id))
    return [*case, history]

"""How bills are fetched and matched when something breaks, comes twice, or never comes."""

from datetime import timedelta
from uuid import UUID

import pytest
from payment_svc.application import fetch_bills
from payment_svc.persistence.bill_matching import MATCH
from prometheus_client import REGISTRY

from .conftest import CHANNELS, DAY

at_the_bank = pytest.mark.parametrize(
    "story", [way for way in CHANNELS if way.channel == "bank"], indirect=True, ids=str
)


def missing(billing) -> float | None:
    return REGISTRY.get_sample_value("payment_bills_missing", {"channel": billing.channel})


class Broken:
    """A source that fails as nothing should."""

    async def fetch(self, day, into):
        raise KeyError("42|pay***@example.com")

    def lines(self, file, day):
        raise AssertionError


@at_the_bank
async def test_what_breaks_in_a_fetch_is_its_bills_problem_and_is_tried_again(story, billing):
    await story.paid()
    await billing.days_pass()
    fetch = billing.payments.svc.service.state.bills.fetch
    source = fetch._sources.of(billing.channel, "treasury")
    fetch._sources.offer(billing.channel, "treasury", Broken())
    await billing.fetched()
    bill = await billing.bill()
    assert (bill["version"], bill["problem"], bill["tries"]) == (0, "failed", 1)
    assert bill["next_look_at"] is not None and missing(billing) is not None
    fetch._sources.offer(billing.channel, "treasury", source)
    await billing.fetched()
    assert ((await billing.bill())["problem"], (await billing.bill())["equal"]) == (None, 1)


@at_the_bank
async def test_a_bill_nobody_came_to_try_is_missing(story, billing):
    await story.paid()
    await billing.days_pass()
    await billing.payments.svc.service.pool.execute("DELETE FROM bill")
    await billing._due()
    async with billing.payments.svc.service.begin() as uow:
        found = await billing.payments.svc.service.state.bills.fetch._bills.missing(uow, billing.day)
    assert found == {billing.channel: 1}


@at_the_bank
async def test_a_fetch_that_waits_or_is_under_way_is_left_alone(story, billing):
    await story.paid()
    await billing.days_pass()
    bills, key = billing.payments.svc.service.state.bills.fetch._bills, await billing._due()
    async with billing.payments.svc.uow() as uow:
        await uow.execute("UPDATE bill SET next_look_at = now() - interval '1 second'")
        await uow.execute("INSERT INTO job (kind, key) VALUES ('payment.fetch_bill', $1)", key)
    async with billing.payments.svc.uow() as uow:
        assert await bills.take_due(uow, timedelta(minutes=15), 9, "payment.fetch_bill") == []
        assert not await bills.is_under_way(uow, UUID(key), "payment.fetch_bill")
    async with billing.payments.svc.uow() as uow:
        await uow.execute("UPDATE job SET leased_until = now() + interval '1 minute' WHERE key = $1", key)
    async with billing.payments.svc.uow() as uow:
        assert await bills.is_under_way(uow, UUID(key), "payment.fetch_bill")
        await uow.execute("DELETE FROM job WHERE key = $1", key)
    async with billing.payments.svc.uow() as uow:
        assert await bills.take_due(uow, timedelta(minutes=15), 9, "payment.fetch_bill") == [UUID(key)]


@at_the_bank
async def test_what_was_left_to_a_bill_that_never_comes_is_open_in_the_end(story, billing, monkeypatch):
    await story.paid()
    await billing.at_midnight()
    await billing.forget(billing.day + DAY)
    assert await billing.differences("carried") == [("short", "payment")]
    await story.world.fault(bill_not_ready=True)
    await billing.payments.run("payment.watch_bills")
    assert await billing.differences("carried") == [("short", "payment")]
    later = fetch_bills.now() + 2 * DAY
    monkeypatch.setattr(fetch_bills, "now", lambda: later)
    await billing.payments.run("payment.watch_bills")
    assert (await billing.differences("carried"), await billing.differences()) == ([], [("short", "payment")])


@at_the_bank
async def test_a_bill_that_comes_late_matches_all_it_is_matched_with(story, billing):
    """What stands two days off is found there, whichever of the two bills comes first."""
    await story.paid()
    await billing.at_midnight()
    await story.payments.svc.service.pool.execute("UPDATE capture SET paid_at = paid_at - interval '1 day'")
    billing.day -= DAY
    await story.payments.svc.service.pool.execute(
        "UPDATE payment_order SET created_at = created_at - interval '2 days'"
    )
    await billing.forget(billing.day + 2 * DAY)
    assert await billing.differences() == [("short", "payment")]
    await story.payments.svc.service.pool.execute(
        "UPDATE bill SET next_look_at = now() - interval '1 second' WHERE day = $1", billing.day + 2 * DAY
    )
    await billing.payments.run("payment.watch_bills")
    (row,) = await billing.rows("resolved")
    assert row["outcome"] == "in_another_days_bill"


@at_the_bank
async def test_matching_reads_the_lines_of_the_days_around_alone(story, billing):
    """However many years of lines are kept, and whatever the planner is told of joins."""
    pool = billing.payments.svc.service.pool
    await pool.execute(
        "INSERT INTO bill (id, channel, payee, day, version, digest)"
        " SELECT uuidv7(), 'bank', 'treasury', $1::date - n, 1, 'x' FROM generate_series(0, 59) AS n",
        billing.day,
    )
    await pool.execute(
        "INSERT INTO bill_line (bill_id, n, entry, key, number, amount_cents, fee_cents, at)"
        " SELECT id, n, 'payment', day || '-' || n, '', 1, 0, now() FROM bill, generate_series(1, 1000) AS n"
    )
    await pool.execute("ANALYZE bill_line")
    async with billing.payments.svc.uow() as uow:
        bills = billing.payments.svc.service.state.bills.fetch._bills
        row = await uow.fetchrow("SELECT id FROM bill WHERE day = $1::date - 30", billing.day)
        bill = await bills.lock(uow, row["id"])
        near = await bills.neighbours(uow, bill)
        assert len(near) == 6
        await uow.execute("SET LOCAL enable_nestloop = off")
        begin = fetch_bills.now() - 40 * DAY
        plan = await uow.fetch(
            f"EXPLAIN {MATCH}",
            bill.id,
            "bank",
            "treasury",
            begin,
            begin + DAY,
            bill.day,
            1,
            begin,
            True,
            near,
        )
    told = "\n".join(line[0] for line in plan)
    assert "bill_line" in told and "Seq Scan on bill_line" not in told, told

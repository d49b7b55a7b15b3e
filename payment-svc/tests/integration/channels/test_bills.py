"""What becomes of each channel's bill, specified once and run against each. The outcomes stand in docs/payments.md."""

from chassis.jobs.job import LeaseLost
from prometheus_client import REGISTRY

from .conftest import DAY, on_every_channel

PAYMENT = "payment"


@on_every_channel
async def test_what_both_have_is_equal_payments_and_refunds(story, billing):
    await story.paid()
    await story.payments.withdrawn(story.case_id)
    await billing.refunded()
    await billing.billed()
    bill = await billing.bill()
    assert (bill["lines"], bill["equal"], bill["version"]) == (2, 2, 1)
    assert (bill["payments"], bill["paid_cents"], bill["our_payments"], bill["our_paid_cents"]) == (
        1,
        2000,
        1,
        2000,
    )
    assert (bill["refunds"], bill["refunded_cents"], bill["our_refunds"], bill["our_refunded_cents"]) == (
        1, 2000, 1, 2000,
    )  # fmt: skip
    assert await billing.differences() == []


@on_every_channel
async def test_what_only_we_have_is_short(story, billing):
    await story.paid()
    await story.world.fault(bill_drop=1)
    await billing.billed()
    assert await billing.differences() == [("short", PAYMENT)]


@on_every_channel
async def test_what_only_the_bill_has_is_long(story, billing):
    await story.paid()
    await story.world.fault(bill_extra=1)
    await billing.billed()
    (row,) = await billing.rows()
    assert (row["kind"], row["entry"], row["theirs"]["amount_cents"], row["ours"]) == (
        "long",
        PAYMENT,
        1234,
        None,
    )


@on_every_channel
async def test_what_the_bill_has_twice_is_a_duplicate(story, billing):
    await story.paid()
    await story.world.fault(bill_duplicate=1)
    await billing.billed()
    assert await billing.differences() == [("duplicate", PAYMENT)]
    assert (await billing.bill())["equal"] == 1


@on_every_channel
async def test_another_amount_is_told_with_both(story, billing):
    await story.paid()
    await story.world.fault(bill_wrong_amount=1)
    await billing.billed()
    (row,) = await billing.rows()
    assert (row["kind"], row["theirs"]["amount_cents"], row["ours"]["amount_cents"]) == ("amount", 2001, 2000)


@on_every_channel
async def test_the_same_bill_again_changes_nothing(story, billing):
    await story.paid()
    await story.world.fault(bill_extra=1)
    await billing.billed()
    before = await billing.rows()
    await billing.fetched()
    assert (await billing.bill())["version"] == 1
    assert [dict(row) for row in await billing.rows()] == [dict(row) for row in before]


@on_every_channel
async def test_a_late_bill_is_waited_for_and_then_matched(story, billing):
    await story.paid()
    await story.world.fault(bill_not_ready=True)
    await billing.billed()
    bill = await billing.bill()
    assert (bill["version"], bill["problem"]) == (0, "not_ready") and bill["next_look_at"] is not None
    await story.world.fault()
    await billing.fetched()
    bill = await billing.bill()
    assert (bill["version"], bill["problem"], bill["equal"]) == (1, None, 1)


@on_every_channel
async def test_a_later_version_takes_its_place_and_ends_what_it_resolves(story, billing):
    await story.paid()
    await story.world.fault(bill_drop=1)
    await billing.billed()
    assert await billing.differences() == [("short", PAYMENT)]
    await story.world.fault()
    await billing.fetched()
    assert await billing.differences() == []
    (row,) = await billing.rows("resolved")
    assert row["outcome"] == "later_version" and row["ended_at"] is not None
    bill = await billing.bill()
    assert (bill["version"], bill["lines"], bill["equal"]) == (2, 1, 1)


@on_every_channel
async def test_a_wrong_hash_is_refused_and_fetched_again(story, billing):
    await story.paid()
    await story.world.fault(bill_wrong_hash_next=2)  # of both accounts
    await billing.billed()
    if story.way.channel == "alipay":
        assert (await billing.bill())["version"] == 1  # gives no hash: totals and checksums stand for it
        return
    bill = await billing.bill()
    assert (bill["version"], bill["lines"], bill["problem"]) == (0, 0, "wrong_hash")
    await billing.fetched()
    assert ((await billing.bill())["version"], (await billing.bill())["equal"]) == (1, 1)


@on_every_channel
async def test_a_torn_file_is_refused_and_what_was_here_stays(story, billing):
    await story.paid()
    await billing.billed()
    await story.world.fault(bill_torn_next=2, bill_extra=1)
    await billing.fetched()
    bill = await billing.bill()
    assert (bill["version"], bill["equal"]) == (1, 1)
    assert bill["problem"] in ("torn", "wrong_hash", "unreadable")
    await billing.fetched()
    assert (await billing.bill())["version"] == 2
    assert await billing.differences() == [("long", PAYMENT)]


@on_every_channel
async def test_a_link_that_ran_out_is_asked_for_anew(story, billing):
    await story.paid()
    await story.world.fault(bill_link_expired_next=2)
    await billing.billed()
    assert ((await billing.bill())["version"], (await billing.bill())["problem"]) == (0, "not_ready")
    await billing.fetched()
    assert (await billing.bill())["equal"] == 1


@on_every_channel
async def test_a_provider_that_is_down_is_asked_again(story, billing):
    await story.paid()
    await billing.days_pass()
    await story.world.fault(down=True)
    await billing.fetched()
    assert (await billing.bill())["problem"] == "unreachable"
    await story.world.fault()
    await billing.fetched()
    assert (await billing.bill())["equal"] == 1


@on_every_channel
async def test_money_right_before_midnight_in_the_next_days_bill_is_no_difference(story, billing):
    await story.paid()
    await billing.at_midnight()
    await billing.fetched()
    days = [await billing.bill(billing.day), await billing.bill(billing.day + DAY)]
    assert [(day["lines"], day["equal"], day["our_payments"]) for day in days] == [(0, 0, 1), (1, 1, 0)]
    assert await billing.differences("open", "carried") == []


@on_every_channel
async def test_money_right_before_midnight_waits_for_the_next_days_bill(story, billing):
    await story.paid()
    await billing.at_midnight()
    await billing.forget(billing.day + DAY)
    assert await billing.differences("carried") == [("short", PAYMENT)]
    await billing.fetched()
    (row,) = await billing.rows("resolved")
    assert row["outcome"] == "in_another_days_bill"


@on_every_channel
async def test_two_workers_at_once_load_one_version(story, billing):
    await story.paid()
    await billing.days_pass()
    first, second = await billing.fetched_by_two()
    assert isinstance(first, LeaseLost) and second is None
    bill = await billing.bill()
    assert (bill["version"], bill["lines"], bill["equal"]) == (1, 1, 1)


@on_every_channel
async def test_cut_off_in_the_middle_it_is_loaded_whole_by_the_next(story, billing):
    await story.paid()
    await billing.days_pass()
    await billing.cut_off()
    bill = await billing.bill()
    assert (bill["version"], bill["lines"]) == (0, 0)
    await billing.fetched()
    assert ((await billing.bill())["version"], (await billing.bill())["equal"]) == (1, 1)


@on_every_channel
async def test_lines_go_after_their_time_and_what_was_matched_stays(story, billing):
    await story.paid()
    await billing.billed()
    async with story.payments.svc.uow() as uow:
        assert await story.payments.svc.service.state.bills.fetch._bills.forget_lines(
            uow, billing.day + DAY, 9
        )
    await billing.matched()
    assert (await billing.bill())["equal"] == 1
    assert await billing.differences() == []
    await billing.fetched()
    assert ((await billing.bill())["version"], (await billing.bill())["equal"]) == (2, 1)


@on_every_channel
async def test_what_is_missing_and_what_is_open_is_counted(story, billing):
    await story.paid()
    await story.world.fault(bill_not_ready=True)
    await billing.billed()
    await billing.fetched()
    assert REGISTRY.get_sample_value("payment_bills_missing", {"channel": billing.channel}) == 1
    await story.world.fault(bill_drop=1)
    await billing.fetched()
    await billing.fetched()
    assert REGISTRY.get_sample_value("payment_bills_missing", {"channel": billing.channel}) == 0
    assert REGISTRY.get_sample_value("payment_bill_differences_open", {"channel": billing.channel}) == 1

"""Money in = applied + held + refund due + refunded, at every moment, whatever arrives together."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.clock import now
from hypothesis import given, settings
from hypothesis import strategies as st
from payment_svc.domain.captures import Why
from payment_svc.domain.money_records import NoticeRow
from payment_svc.domain.payees import Kind, Payee
from payment_svc.domain.readings import (
    Notice,
    PaymentReading,
    PaymentStatus,
    RefundReading,
    RefundStatus,
    number_of,
)

FEE = 2000
STEPS = st.one_of(
    st.tuples(st.just("notice"), st.sampled_from("AB"), st.sampled_from([FEE, FEE + 1])),
    st.tuples(st.just("query"), st.sampled_from("AB"), st.just(FEE)),
    st.tuples(st.sampled_from(["withdraw", "expire", "close", "refund"]), st.just(""), st.just(0)),
)
_SUMS = """SELECT (SELECT coalesce(sum(amount_cents), 0) FROM capture) AS captured,
 (SELECT coalesce(sum(amount_cents) FILTER (WHERE from_account = 'bank'), 0)
  - coalesce(sum(amount_cents) FILTER (WHERE to_account = 'bank'), 0) FROM ledger_entry) AS money_in,
 (SELECT count(*) FROM capture WHERE pays_order) AS applied_once"""
_DIFFERENCES = """SELECT s.state, s.total, coalesce(l.balance, 0) AS balance FROM
 (SELECT state, sum(amount_cents) AS total FROM capture GROUP BY state) s
 LEFT JOIN (SELECT account, sum(moved) AS balance FROM (
  SELECT to_account AS account, amount_cents AS moved FROM ledger_entry
  UNION ALL SELECT from_account, -amount_cents FROM ledger_entry) b GROUP BY account) l ON l.account = s.state
 WHERE s.total <> coalesce(l.balance, 0)"""


_TOLD = """SELECT count(*) FILTER (WHERE type = 'payment.order.paid') AS paid,
 count(*) FILTER (WHERE type = 'payment.refund.requested') AS requested,
 count(*) FILTER (WHERE type = 'payment.refund.succeeded') AS succeeded
 FROM outbox WHERE key = $1::uuid::text"""
_DONE = """SELECT (SELECT count(*) FROM capture WHERE order_id = $1 AND pays_order) AS paid,
 (SELECT count(*) FROM refund WHERE order_id = $1) AS requested,
 (SELECT count(*) FROM refund WHERE order_id = $1 AND state = 'succeeded') AS succeeded"""


class Drill:
    """One order with an attempt, and the use cases that everything at the provider ends in."""

    def __init__(self, payments: Any) -> None:
        self.payments = payments
        self.begin = payments.svc.service.begin
        self.use = payments.svc.service.state.use_cases
        self.channel = self.use.channels.of("bank", Payee.TREASURY)

    async def prepare(self) -> None:
        self.case_id = await self.payments.requested()
        async with self.begin() as uow:
            order = await self.use.close_order._orders.lock_live(uow, self.case_id, Kind.FEE)
            attempt = self.use.close_order._attempts.reserve(uow, order, "bank", "web", now())
        order_id = order.id
        self.order_id, self.attempt_id = order_id, attempt.id
        self.transactions = {name: f"{name}-{attempt.id}" for name in "AB"}

    async def take(self, step: tuple[str, str, int]) -> None:
        what, transaction, cents = step
        if what == "refund":
            await self._refund_all()
            return
        if what == "notice":
            await self._notified(self._success(transaction, cents))
            return
        async with self.begin() as uow:
            match what:
                case "query":
                    await self.use.close_order._settle.asked(
                        self.channel, self._success(transaction, cents), uow
                    )
                case "withdraw":
                    await self.use.call_off_order(self.case_id, Why.CASE_WITHDRAWN, uow)
                case "expire":
                    await uow.execute(
                        "UPDATE payment_order SET expires_at = now() - interval '1 s' WHERE id = $1",
                        self.order_id,
                    )
                    await self.use.watch_deadlines._orders.take_expired(uow, 100)
                case "close":
                    await self.use.close_order._end(self.order_id, uow)

    async def _notified(self, reading: PaymentReading) -> None:
        notice = Notice(str(uuid4()), "TRANSACTION.SUCCESS", b"{}", payment=reading)
        row = NoticeRow(uuid4(), Payee.TREASURY, notice.notice_id, notice.event, notice.body)
        await self.use.receive_notice.apply(self.channel, notice, row, self.begin)

    async def _refund_all(self) -> None:
        """The bank's answer and its notice of every refund, at once."""
        async with self.begin() as uow:
            refund_ids = await self.use.check_order._refunds.under_way(uow, self.order_id)
        await asyncio.gather(*(self._refunded(refund_id) for refund_id in [*refund_ids, *refund_ids]))

    async def _refunded(self, refund_id: UUID) -> None:
        async with self.begin() as uow:
            refund = await self.use.check_order._refunds.find(uow, refund_id)
            done = RefundReading(
                number_of(refund_id), RefundStatus.SUCCEEDED, "5000", refund.amount_cents, now()
            )
            await self.use.return_money.settle(refund, done, uow)

    def _success(self, transaction: str, cents: int) -> PaymentReading:
        return PaymentReading(
            number_of(self.attempt_id), PaymentStatus.SUCCEEDED, self.transactions[transaction], cents, "CNY",
            self.channel.merchant_id, now(),
        )  # fmt: skip

    async def assert_books_agree(self) -> None:
        async with self.begin() as uow:
            sums = await uow.fetchrow(_SUMS)
            assert sums["captured"] == sums["money_in"]
            assert await uow.fetch(_DIFFERENCES) == []
            for row in await uow.fetch("SELECT order_id, count(*) FROM capture WHERE pays_order GROUP BY 1"):
                assert row["count"] == 1
            assert dict(await uow.fetchrow(_TOLD, self.order_id)) == dict(
                await uow.fetchrow(_DONE, self.order_id)
            )


@pytest.mark.timeout(300)
async def test_any_steps_at_once_keep_the_books_in_balance(payments):
    """Hypothesis makes waves of steps; each example is a fresh order, the steps of a wave run at once."""
    examples: list[list[list[tuple[str, str, int]]]] = []

    @settings(max_examples=80, database=None, deadline=None)
    @given(st.lists(st.lists(STEPS, min_size=2, max_size=6), min_size=1, max_size=5))
    def collect(waves: list[list[tuple[str, str, int]]]) -> None:
        examples.append(waves)

    collect()
    for waves in examples:
        drill = Drill(payments)
        await drill.prepare()
        for steps in waves:
            await asyncio.gather(*(drill.take(step) for step in steps))
            await drill.assert_books_agree()


async def test_our_books_equal_the_banks_after_a_bad_day(payments):
    """Duplicates, wrong sums, second captures, withdrawals; in the end both sides count the same money."""
    orders = [await payments.opened() for _ in range(8)]
    await payments.world.fault(
        duplicate_next=3, drop_rate=0.3, wrong_amount_next=2, wrong_amount_in="capture", reorder_batch=2
    )
    for index, order in enumerate(orders):
        attempt = await payments.citizen.start(order["id"])
        await payments.world.pay(attempt["pay_url"])
        if index % 3 == 0:
            await payments.world.capture_again(UUID(attempt["id"]).hex)
        if index % 4 == 1:
            await payments.withdrawn(order["case_id"])
    await payments.world.fault()
    await payments.world.delivered()
    for _ in range(3):
        await payments.svc.run_jobs()
        await payments.world.delivered()
        for order in orders:
            await payments.let_pass(order["id"], timedelta(minutes=2))

    bank, ours = (await payments.world.books())["sums"], await payments.balances()
    assert ours["balanced"]
    assert ours["money_in_cents"] == bank["captured_cents"]
    assert ours["refunded_cents"] == bank["refunded_cents"]
    assert ours["refund_due_cents"] == 0

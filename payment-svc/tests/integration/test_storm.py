"""Everything at once on a few orders, while a reader looks at the books all the time: no moment is out of balance."""

import asyncio
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.clock import SHANGHAI, now
from chassis.parity import Hour, hours_apart
from chassis.problems import Problem
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
from payment_svc.persistence.parity import APPLIED, BOOKED, PgDays

FEE, ORDERS, STEPS, AT_ONCE = 2000, 8, 1200, 8

# One statement is one snapshot.
_MOMENT = """WITH moved AS (
 SELECT to_account AS account, amount_cents AS cents FROM ledger_entry
 UNION ALL SELECT from_account, -amount_cents FROM ledger_entry),
stands AS (SELECT account, sum(cents)::bigint AS cents FROM moved GROUP BY account),
captured AS (SELECT state AS account, sum(amount_cents)::bigint AS cents FROM capture GROUP BY state)
SELECT
 (SELECT coalesce(sum(cents), 0) FROM stands)::bigint AS trial_balance,
 (SELECT coalesce(sum(cents), 0) FROM stands WHERE account = 'bank')::bigint
  + (SELECT coalesce(sum(cents), 0) FROM captured)::bigint AS money_in_not_in_an_account,
 (SELECT count(*) FROM stands FULL JOIN captured USING (account)
  WHERE account <> 'bank' AND coalesce(stands.cents, 0) <> coalesce(captured.cents, 0)) AS accounts_apart,
 (SELECT count(*) FROM stands WHERE account <> 'bank' AND cents < 0) AS overdrawn,
 (SELECT count(*) FROM payment_order o WHERE (o.state IN ('paid', 'refunding', 'refunded'))
  <> ((SELECT count(*) FROM capture c WHERE c.order_id = o.id AND c.pays_order) = 1)) AS orders_not_paid_once,
 (SELECT count(*) FROM refund r JOIN capture c ON c.id = r.capture_id
  WHERE (r.state = 'succeeded') <> (c.state = 'refunded')) AS refunds_apart,
 (SELECT count(*) FROM (SELECT capture_id FROM refund GROUP BY 1 HAVING count(*) > 1) AS d) AS refunded_twice"""
_TOLD = """SELECT o.id, o.state,
 count(*) FILTER (WHERE e.type = 'payment.order.paid') AS paid,
 count(*) FILTER (WHERE e.type = 'payment.refund.requested') AS requested,
 count(*) FILTER (WHERE e.type = 'payment.refund.succeeded') AS succeeded,
 (SELECT count(*) FROM capture c WHERE c.order_id = o.id AND c.pays_order) AS captures,
 (SELECT count(*) FROM refund r WHERE r.order_id = o.id) AS refunds
 FROM payment_order o LEFT JOIN outbox e ON e.key = o.id::text GROUP BY o.id, o.state"""


class Storm:
    """The last few orders, each with two attempts of two transactions; `random` decides what happens to which."""

    def __init__(self, payments: Any, random: Random) -> None:
        self.payments, self.random = payments, random
        self.begin = payments.svc.service.begin
        self.use = payments.svc.service.state.use_cases
        self.channel = self.use.channels.of("bank", Payee.TREASURY)
        self.orders: list[tuple[UUID, UUID, list[UUID]]] = []
        self.notices: list[tuple[Notice, NoticeRow]] = []
        self.journal: list[str] = []
        self.counted: dict[str, int] = {}

    async def prepare(self) -> None:
        for _ in range(ORDERS):
            await self.opened()

    async def opened(self, *_: Any) -> None:
        """One more, which the oldest is left alone for."""
        case_id = await self.payments.requested()
        async with self.begin() as uow:
            order = await self.use.close_order._orders.lock_live(uow, case_id, Kind.FEE)
            reserve = self.use.close_order._attempts.reserve
            attempts = [reserve(uow, order, "bank", scene, now()).id for scene in ("web", "qr")]
        self.orders.append((case_id, order.id, attempts))

    def reading(self, attempts: list[UUID], **wrong: Any) -> PaymentReading:
        """A success of one of few transactions, so that they meet again; `wrong` is what the bank says otherwise."""
        attempt = self.random.choice(attempts)
        said = {"amount_cents": FEE, "currency": "CNY", "merchant_id": self.channel.merchant_id, **wrong}
        transaction = f"{attempt.hex}-{self.random.randrange(2)}"
        return PaymentReading(number_of(attempt), PaymentStatus.SUCCEEDED, transaction, paid_at=now(), **said)

    async def step(self) -> None:
        case_id, order_id, attempts = self.random.choice(self.orders[-ORDERS:])
        what, weight = zip(*WEIGHTS.items(), strict=True)
        [name] = self.random.choices(what, weight)
        self.journal.append(f"{name} {order_id}")
        try:
            await getattr(self, name)(case_id, order_id, attempts)
            self.counted[name] = self.counted.get(name, 0) + 1
        except (
            Problem
        ) as refusal:  # somebody was first, or it is not possible any more: said, and nothing written
            self.journal.append(f"  {name}: {refusal.slug}")

    async def told(self, case_id: UUID, order_id: UUID, attempts: list[UUID], **wrong: Any) -> None:
        reading = self.reading(attempts, **wrong)
        notice = Notice(str(uuid4()), "TRANSACTION.SUCCESS", b"{}", payment=reading)
        self.notices.append(
            (notice, NoticeRow(uuid4(), Payee.TREASURY, notice.notice_id, notice.event, notice.body))
        )
        await self.use.receive_notice.apply(self.channel, *self.notices[-1], self.begin)

    async def told_wrong_amount(self, *which: Any) -> None:
        await self.told(*which, amount_cents=self.random.choice([1, FEE - 1, FEE + 1]))

    async def told_wrong_payee(self, *which: Any) -> None:
        await self.told(*which, **self.random.choice([{"merchant_id": "other"}, {"currency": "USD"}]))

    async def told_again(self, *which: Any) -> None:
        """Any earlier notice, however late; three of it at once."""
        if self.notices:
            notice, row = self.random.choice(self.notices)
            again = [self.use.receive_notice.apply(self.channel, notice, row, self.begin) for _ in range(3)]
            await asyncio.gather(*again)

    async def checked(self, case_id: UUID, order_id: UUID, attempts: list[UUID]) -> None:
        async with self.begin() as uow:
            await self.use.close_order._settle.asked(self.channel, self.reading(attempts), uow)

    async def expires(self, case_id: UUID, order_id: UUID, attempts: list[UUID]) -> None:
        async with self.begin() as uow:
            await uow.execute("UPDATE payment_order SET expires_at = now() WHERE id = $1", order_id)
            await self.use.watch_deadlines._orders.take_expired(uow, 100)

    async def closes(self, case_id: UUID, order_id: UUID, attempts: list[UUID]) -> None:
        async with self.begin() as uow:
            await self.use.close_order._end(order_id, uow)

    async def withdrawn(self, case_id: UUID, order_id: UUID, attempts: list[UUID]) -> None:
        async with self.begin() as uow:
            await self.use.call_off_order(case_id, Why.CASE_WITHDRAWN, uow)

    async def sent_back(self, case_id: UUID, order_id: UUID, attempts: list[UUID]) -> None:
        """An operator ends an anomaly."""
        async with self.begin() as uow:
            held = await uow.fetchval(
                "SELECT id FROM capture WHERE order_id = $1 AND state = 'held' LIMIT 1", order_id
            )
            if held is not None:
                await self.use.return_money.held_by_decision(held, uuid4(), uow)

    async def refund_said(self, case_id: UUID, order_id: UUID, attempts: list[UUID]) -> None:
        """Of each refund under way, what a bank may say of it: done, twice at once; not done; another sum."""
        async with self.begin() as uow:
            refund_ids = await self.use.check_order._refunds.under_way(uow, order_id)
        for refund_id in refund_ids:
            status = self.random.choice([*RefundStatus, RefundStatus.SUCCEEDED])
            cents = self.random.choice([None, None, None, 1])
            await asyncio.gather(*(self._refunded(refund_id, status, cents) for _ in range(2)))

    async def _refunded(self, refund_id: UUID, status: RefundStatus, cents: int | None = None) -> None:
        async with self.begin() as uow:
            refund = await self.use.check_order._refunds.find(uow, refund_id)
            said = RefundReading(
                number_of(refund_id), status, "5000", refund.amount_cents if cents is None else cents, now()
            )
            await self.use.return_money.settle(refund, said, uow)

    async def ends(self) -> None:
        """The late word of the bank: every refund succeeds after all."""
        for _, order_id, _ in self.orders:
            async with self.begin() as uow:
                refund_ids = await self.use.check_order._refunds.under_way(uow, order_id)
            for refund_id in refund_ids:
                await self._refunded(refund_id, RefundStatus.SUCCEEDED)


WEIGHTS = {
    "opened": 2, "told": 5, "told_wrong_amount": 3, "told_wrong_payee": 1, "told_again": 3, "checked": 4, "expires": 2,
    "closes": 2, "withdrawn": 1, "sent_back": 3, "refund_said": 4,
}  # fmt: skip


async def watch(url: str, done: asyncio.Event) -> list[dict[str, int]]:
    """Moments of the books until `done`; fails at the first out of balance."""
    connection = await asyncpg.connect(url)
    moments: list[dict[str, int]] = []
    try:
        while not moments or not done.is_set():
            moments.append(dict(await connection.fetchrow(_MOMENT)))
            assert not any(moments[-1].values()), moments[-1]
    finally:
        await connection.close()
    return moments


@pytest.mark.parametrize("seed", [1, 28, 1128])
async def test_no_moment_of_a_storm_is_out_of_balance(payments, database, seed):
    storm, done = Storm(payments, Random(seed)), asyncio.Event()
    await storm.prepare()

    async def worker() -> None:
        while len(storm.journal) < STEPS and not reader.done():
            await storm.step()

    reader = asyncio.create_task(watch(database, done))
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    await storm.ends()
    done.set()
    moments = await reader
    assert len(moments) > 20 and set(storm.counted) == set(WEIGHTS), (len(moments), storm.counted)
    await assert_ended_well(payments)


async def assert_ended_well(payments: Any) -> None:
    """All that was to be returned is; what was told is what was done; the day's own tallies agree."""
    assert (await payments.balances())["refund_due_cents"] == 0
    day = now().astimezone(SHANGHAI).date()
    async with payments.svc.uow() as uow:
        for row in await uow.fetch(_TOLD):
            assert row["paid"] == row["captures"] <= 1, dict(row)
            assert row["requested"] == row["succeeded"] == row["refunds"], dict(row)
        booked, applied = await BOOKED.tally(uow, day), await APPLIED.tally(uow, day)
        assert booked.hours and hours_apart(booked, applied) == []
        for hour in range(24):
            assert await PgDays().out_of_balance(uow, Hour(day, hour)) == []

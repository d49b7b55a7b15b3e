"""The one way money comes in: a notice, a query, a check and a closing all end here.

Whatever arrives, however often and in whatever order, one capture pays the order; every other one is an
anomaly that waits for a person, or goes back by itself.
"""

from dataclasses import replace
from datetime import datetime

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain.captures import Account, Verdict, judge
from ..domain.money_records import NoticeRow, RefundDue, Settlement
from ..domain.orders import Order, payer_facts
from ..domain.readings import NoticeOutcome, PaymentReading, PaymentStatus, entity_id_of
from ..domain.transitions import Action, Edge
from .channel_port import Channels, PaymentChannel
from .issue_receipt import IssueReceipt
from .jobs import CONFIRM_NOTICE, REPORT_FINE_PAID
from .ports import Attempts, Money, Notices, Orders
from .return_money import ReturnMoney
from .tell import tell

_OUTCOME = {
    Account.APPLIED: NoticeOutcome.APPLIED,
    Account.HELD: NoticeOutcome.HELD,
    Account.REFUND_DUE: NoticeOutcome.REFUND_DUE,
}


class SettlePayment:
    def __init__(
        self,
        orders: Orders,
        attempts: Attempts,
        money: Money,
        notices: Notices,
        return_money: ReturnMoney,
        receipts: IssueReceipt,
        channels: Channels,
    ) -> None:
        self._receipts = receipts
        self._channels = channels
        self._return_money = return_money
        self._orders = orders
        self._attempts = attempts
        self._money = money
        self._notices = notices

    async def told(
        self,
        channel: PaymentChannel,
        reading: PaymentReading,
        notice: NoticeRow,
        uow: UnitOfWork,
        *,
        locked: bool = False,
        needs_query: bool = False,
    ) -> NoticeOutcome:
        """Acts on an authentic notice and stores it, in one commit. Returns what it turned out to be.

        What `needs_query` moves no money here: ConfirmNotice asks the provider, and books its answer.
        Unless `locked`, nothing is held meanwhile: the commit fails with OrderChangedMeanwhile where another
        came first, and is to be tried again.
        """
        if reading.status is not PaymentStatus.SUCCEEDED:
            return self._keep(channel, notice, NoticeOutcome.SAYS_NOTHING, uow)
        settlement = await self._find(channel, reading, uow, locked=locked)
        if settlement is None:
            return self._keep(channel, notice, NoticeOutcome.UNMATCHED, uow)
        if settlement.capture is not None and await self._agrees(settlement, reading, uow):
            return self._keep(channel, notice, NoticeOutcome.REPEAT, uow)
        if needs_query:
            uow.enqueue(CONFIRM_NOTICE, confirmation_of(channel.name, notice.notice_id))
            return self._keep(channel, notice, NoticeOutcome.UNCONFIRMED, uow)
        if settlement.capture is None:
            return self._book(channel, settlement, reading, notice, uow)
        return self._keep(channel, notice, NoticeOutcome.CONTRADICTION, uow)

    async def asked(
        self, channel: PaymentChannel, reading: PaymentReading, uow: UnitOfWork
    ) -> NoticeOutcome | None:
        """Acts on the provider's answer to our own query, which outweighs what a notice said before.

        What became of the money, where the answer tells of some.
        """
        attempt_id = entity_id_of(reading.number)
        if reading.status is PaymentStatus.CLOSED and attempt_id is not None:
            await self._attempts.close(uow, attempt_id)
        if reading.status is not PaymentStatus.SUCCEEDED:
            return None
        settlement = await self._find(channel, reading, uow, locked=True)
        if settlement is None:
            return None
        if settlement.capture is None:
            return self._book(channel, settlement, reading, None, uow)
        if not await self._agrees(settlement, reading, uow):
            await self._correct(channel, settlement, reading, uow)
        return NoticeOutcome.REPEAT

    async def _find(
        self, channel: PaymentChannel, reading: PaymentReading, uow: UnitOfWork, *, locked: bool
    ) -> Settlement | None:
        attempt_id = entity_id_of(reading.number)
        if attempt_id is None:
            return None
        return await self._money.find_settlement(
            uow, channel.name, attempt_id, reading.transaction_id, for_update=locked
        )

    def _keep(
        self, channel: PaymentChannel, notice: NoticeRow, outcome: NoticeOutcome, uow: UnitOfWork
    ) -> NoticeOutcome:
        self._notices.keep(uow, channel.name, notice, outcome, now())
        return outcome

    def _book(
        self,
        channel: PaymentChannel,
        settlement: Settlement,
        reading: PaymentReading,
        notice: NoticeRow | None,
        uow: UnitOfWork,
    ) -> NoticeOutcome:
        at, order = now(), settlement.order
        verdict = self._judge(channel, order, reading)
        edge = _edge(order, verdict)
        refund_id = uuid7() if verdict.account is Account.REFUND_DUE else None
        self._money.book(
            uow, settlement, channel.name, reading, verdict, edge.to if edge else order.state,
            refund_id=refund_id, notice=notice, at=at,
        )  # fmt: skip
        if edge is not None:
            version = order.version + 1
            if refund_id is None:
                self._tell_paid(channel, settlement, edge, version, reading, at, uow)
            else:
                request = RefundDue(refund_id, reading.amount_cents, verdict.why)
                self._return_money.tell_due(order, edge, version, request, uow)
        return _OUTCOME[verdict.account]

    def _tell_paid(
        self,
        channel: PaymentChannel,
        settlement: Settlement,
        edge: Edge,
        version: int,
        reading: PaymentReading,
        at: datetime,
        uow: UnitOfWork,
    ) -> None:
        """`at`: when it is booked, which is how its day is counted here and by whoever hears of it."""
        order, paid_at = settlement.order, reading.paid_at or at
        paid = {"channel": channel.name, "paid_at": paid_at, **payer_facts(order, settlement.by)}
        tell(uow, order, edge, version, at, **paid)
        self._receipts.owe(order, reading.amount_cents, uow)
        if order.is_priced_by_issuer:
            fact = {
                "case_id": str(order.case_id),
                "amount_cents": reading.amount_cents,
                "transaction_id": reading.transaction_id,
                "paid_at": paid_at.isoformat(),
            }
            uow.enqueue(REPORT_FINE_PAID, str(order.id), fact)

    async def _agrees(self, settlement: Settlement, reading: PaymentReading, uow: UnitOfWork) -> bool:
        """Whether the booked capture says the same; on doubt it is read again, its order being locked."""
        capture = settlement.capture
        assert capture is not None
        if capture.agrees_with(settlement.attempt_id, reading):
            return True
        again = await self._money.lock_capture(uow, capture.id)
        return again is not None and again[1].agrees_with(settlement.attempt_id, reading)

    async def _correct(
        self, channel: PaymentChannel, settlement: Settlement, reading: PaymentReading, uow: UnitOfWork
    ) -> None:
        """A notice named a wrong sum or merchant and the money was held; the provider itself says otherwise.

        Only held money is corrected. Money that was applied or sent back stays as booked: an operator
        sees the contradicting notice, and bills settle the rest.
        """
        assert settlement.capture is not None
        found = await self._money.lock_capture(uow, settlement.capture.id)
        if found is None:
            return
        order, capture = found
        if capture.state is not Account.HELD or capture.attempt_id != settlement.attempt_id:
            return
        capture = await self._return_money.forget_waiting(capture, uow)
        at, verdict = now(), self._judge(channel, order, reading)
        goes_back = verdict.account is Account.REFUND_DUE
        if goes_back:
            verdict = Verdict(Account.HELD, verdict.why)  # held with its true facts first, then sent back
        await self._money.reverse(uow, capture, at)
        await self._money.rebook(uow, capture, channel.name, reading, verdict, at)
        if verdict.account is Account.APPLIED:
            edge = order.take(Action.CAPTURE)
            version = self._orders.move(uow, order, edge.to)
            self._tell_paid(channel, settlement, edge, version, reading, at, uow)
        elif goes_back and verdict.why is not None:
            corrected = replace(capture, amount_cents=reading.amount_cents)
            await self._return_money.surplus(order, corrected, verdict.why, uow)

    def _judge(self, channel: PaymentChannel, order: Order, reading: PaymentReading) -> Verdict:
        """By the account the order is to be paid into, whichever account was told of the money."""
        return judge(
            order.state,
            order.amount_cents,
            self._channels.of(channel.name, order.payee).merchant_id,
            got_cents=reading.amount_cents,
            got_currency=reading.currency,
            got_merchant=reading.merchant_id,
        )


def confirmation_of(channel: str, notice_id: str) -> str:
    """The key of the job that asks the provider about a notice."""
    return f"{channel}/{notice_id}"


def _edge(order: Order, verdict: Verdict) -> Edge | None:
    """Held money moves nothing."""
    if verdict.account is Account.APPLIED:
        return order.take(Action.CAPTURE)
    if verdict.account is Account.REFUND_DUE:
        return order.take(Action.RETURN_SURPLUS)
    return None

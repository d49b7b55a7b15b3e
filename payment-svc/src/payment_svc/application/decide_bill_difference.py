"""A person ends what differs between a bill and our books; where much money moves, a second one agrees first."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from chassis.telemetry.masking import masked_text

from ..domain.bill_errors import (
    BillDifferenceNotFound,
    DecisionNotPossible,
    DecisionNotWaiting,
    NothingToAsk,
    OwnBillDecision,
)
from ..domain.bills import MOVES_MONEY, Decision, Difference, Entry, Standing
from ..domain.captures import CURRENCY
from ..domain.readings import PaymentReading, PaymentStatus, RefundReading, RefundStatus, number_of
from .bill_ports import BillDifferences
from .channel_port import Channels
from .jobs import ASK_ABOUT_DIFFERENCE, MATCH_BILL
from .ports import Refunds
from .return_money import NOT_UNDER_WAY, ReturnMoney
from .settle_payment import SettlePayment

_MATCHED_AFTER: Final = timedelta(seconds=65)


class DecideBillDifference:
    """From `approval_from_cents` on, money moves only once another operator has approved."""

    def __init__(
        self,
        differences: BillDifferences,
        settle: SettlePayment,
        return_money: ReturnMoney,
        refunds: Refunds,
        channels: Channels,
        approval_from_cents: int,
    ) -> None:
        self._refunds = refunds
        self._differences = differences
        self._settle = settle
        self._return_money = return_money
        self._channels = channels
        self._approval_from_cents = approval_from_cents

    async def decide(
        self, difference_id: UUID, decision: Decision, note: str, by: UUID, uow: UnitOfWork
    ) -> None:
        """Raises BillDifferenceNotFound, DecisionNotPossible. Numbers of people in the note are masked."""
        one = await self._locked(difference_id, uow)
        if decision not in one.possible():
            raise DecisionNotPossible(one.id, one.state, one.possible())
        waits = decision in MOVES_MONEY and one.cents(decision) >= self._approval_from_cents
        to = Standing.DECIDED
        if waits or decision is Decision.CARRY_OVER:
            to = Standing.AWAITING_APPROVAL if waits else Standing.CARRIED
        await self._differences.note_decision(uow, one, to, decision, masked_text(note), by, now())
        self._audit("payment.decide_bill_difference", one, decision, by, uow)
        if not waits:
            await self._carry_out(one, decision, by, uow, agreed=False)

    async def approve(self, difference_id: UUID, by: UUID, uow: UnitOfWork) -> None:
        """Raises BillDifferenceNotFound, DecisionNotWaiting, OwnBillDecision; CaptureNotHeld, HeldMoneyWaits where the
        money went elsewhere meanwhile.
        """
        one, decision = await self._waiting(difference_id, by, uow)
        await self._differences.approve(uow, one, by, now())
        self._audit("payment.approve_bill_decision", one, decision, by, uow)
        await self._carry_out(one, decision, by, uow, agreed=True)

    async def decline(self, difference_id: UUID, by: UUID, uow: UnitOfWork) -> None:
        """It is open again. Raises BillDifferenceNotFound, DecisionNotWaiting, OwnBillDecision."""
        one, decision = await self._waiting(difference_id, by, uow)
        await self._differences.decline(uow, one)
        self._audit("payment.decline_bill_decision", one, decision, by, uow)

    async def ask(self, difference_id: UUID, by: UUID, uow: UnitOfWork) -> None:
        """Has the provider asked, whose answer is booked like any other. Raises NothingToAsk."""
        one = await self._locked(difference_id, uow)
        if one.attempt_id is None:
            raise NothingToAsk(one.id)
        uow.enqueue(ASK_ABOUT_DIFFERENCE, str(one.id))
        uow.audit("payment.ask_about_bill", actor=str(by), subject=str(one.id))

    async def run_ask(self, job: Job, begin: Begin) -> None:
        """Job, key: the difference. Then its day is matched anew."""
        async with begin() as uow:
            one = await self._differences.lock(uow, UUID(job.key))
        if one is None or one.attempt_id is None:
            return
        channel = self._channels.of(one.channel, one.payee)
        number = number_of(one.attempt_id)
        reading: PaymentReading | RefundReading
        if one.entry is Entry.REFUND:
            reading = await channel.query_refund(one.key.partition("#")[0], number)
        else:
            reading = await channel.query(number)
        async with begin() as uow:
            await self._differences.lock(uow, one.id)  # before its order, as who decides does
            if isinstance(reading, RefundReading):
                await self._settle_refund(one, reading, uow)
            else:
                await self._settle.asked(channel, reading, uow)
            answer = f"{reading.status} {reading.amount_cents}"
            await self._differences.note_answer(uow, one.id, answer, now())
            _match_soon(one, uow)
            await job.done(uow)

    async def _settle_refund(self, one: Difference, reading: RefundReading, uow: UnitOfWork) -> None:
        """Of one that we never asked for, or that was declined, the answer says nothing to be booked: money that left
        all the same is for a person to clear up.
        """
        refund = await self._refunds.find(uow, one.refund_id) if one.refund_id else None
        if refund and refund.state not in NOT_UNDER_WAY and reading.status is not RefundStatus.ABSENT:
            await self._return_money.settle(refund, reading, uow)

    async def _carry_out(
        self, one: Difference, decision: Decision, by: UUID, uow: UnitOfWork, *, agreed: bool
    ) -> None:
        if decision is Decision.BOOK:
            await self._settle.asked(self._channels.of(one.channel, one.payee), self._reading(one), uow)
        if decision is Decision.SEND_BACK:
            assert one.capture_id is not None
            await self._return_money.held_by_decision(one.capture_id, by, uow, agreed=agreed)
        if decision in MOVES_MONEY:
            _match_soon(one, uow)

    def _reading(self, one: Difference) -> PaymentReading:
        """What the bill says of money, as if the provider had answered it to a query of ours: it was fetched as one."""
        assert one.theirs is not None and one.attempt_id is not None
        return PaymentReading(
            number=number_of(one.attempt_id),
            status=PaymentStatus.SUCCEEDED,
            transaction_id=one.key,
            amount_cents=one.cents(Decision.BOOK),
            currency=CURRENCY,
            merchant_id=self._channels.of(one.channel, one.payee).merchant_id,
            paid_at=datetime.fromisoformat(str(one.theirs["at"])),
        )

    async def _locked(self, difference_id: UUID, uow: UnitOfWork) -> Difference:
        one = await self._differences.lock(uow, difference_id)
        if one is None:
            raise BillDifferenceNotFound(difference_id)
        return one

    async def _waiting(self, difference_id: UUID, by: UUID, uow: UnitOfWork) -> tuple[Difference, Decision]:
        one = await self._locked(difference_id, uow)
        if one.state is not Standing.AWAITING_APPROVAL or one.decision is None:
            raise DecisionNotWaiting(one.id, one.state)
        if one.decided_by == by:
            raise OwnBillDecision(one.id)
        return one, one.decision

    @staticmethod
    def _audit(verb: str, one: Difference, decision: Decision, by: UUID, uow: UnitOfWork) -> None:
        facts = {
            "decision": decision.value,
            "kind": one.kind.value,
            "channel": one.channel,
            "day": one.day.isoformat(),
            "amount_cents": str(one.cents(decision)),
        }
        uow.audit(verb, actor=str(by), subject=str(one.id), facts=facts)


def _match_soon(one: Difference, uow: UnitOfWork) -> None:
    """Has the bill matched anew, once for all that is decided within a minute.

    Under a key of that minute and after it: a match that runs already, or waits, is not thrown away for it.
    """
    minute = now().replace(second=0, microsecond=0)
    uow.enqueue(MATCH_BILL, f"{one.bill_id}@{minute:%H:%M}", run_at=minute + _MATCHED_AFTER)

"""A person ends what differs between a bill and our books; where much money moves, a second one agrees first."""

from datetime import datetime
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
from ..domain.readings import PaymentReading, PaymentStatus, number_of
from .bill_ports import BillDifferences
from .channel_port import Channels
from .jobs import ASK_ABOUT_DIFFERENCE, MATCH_BILL
from .return_money import ReturnMoney
from .settle_payment import SettlePayment


class DecideBillDifference:
    """From `approval_from_cents` on, money moves only once another operator has approved."""

    def __init__(
        self,
        differences: BillDifferences,
        settle: SettlePayment,
        return_money: ReturnMoney,
        channels: Channels,
        approval_from_cents: int,
    ) -> None:
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
        waits = decision in MOVES_MONEY and one.cents >= self._approval_from_cents
        to = Standing.DECIDED
        if waits or decision is Decision.CARRY_OVER:
            to = Standing.AWAITING_APPROVAL if waits else Standing.CARRIED
        await self._differences.note_decision(uow, one, to, decision, masked_text(note), by, now())
        self._audit("payment.decide_bill_difference", one, decision, by, uow)
        if not waits:
            await self._carry_out(one, decision, uow)

    async def approve(self, difference_id: UUID, by: UUID, uow: UnitOfWork) -> None:
        """Raises BillDifferenceNotFound, DecisionNotWaiting, OwnBillDecision, DecisionNotPossible."""
        one, decision = await self._waiting(difference_id, by, uow)
        await self._differences.approve(uow, one, by, now())
        self._audit("payment.approve_bill_decision", one, decision, by, uow)
        await self._carry_out(one, decision, uow)

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
        """Job, key: the difference. Then the day is matched anew."""
        async with begin() as uow:
            one = await self._differences.lock(uow, UUID(job.key))
        if one is None or one.attempt_id is None:
            return
        channel = self._channels.of(one.channel, one.payee)
        number = number_of(one.attempt_id)
        if one.entry is Entry.REFUND:
            refund = await channel.query_refund(one.key.partition("#")[0], number)
            answer = f"{refund.status} {refund.amount_cents}"
        else:
            payment = await channel.query(number)
            answer = f"{payment.status} {payment.amount_cents}"
        async with begin() as uow:
            if one.entry is Entry.PAYMENT:
                await self._settle.asked(channel, payment, uow)
            await self._differences.note_answer(uow, one.id, answer, now())
            uow.enqueue(MATCH_BILL, str(one.bill_id))
            await job.done(uow)

    async def _carry_out(self, one: Difference, decision: Decision, uow: UnitOfWork) -> None:
        if decision is Decision.BOOK:
            await self._settle.asked(self._channels.of(one.channel, one.payee), self._reading(one), uow)
        if decision is Decision.SEND_BACK:
            assert one.capture_id is not None
            await self._return_money.held_by_decision(one.capture_id, uow)
        if decision in MOVES_MONEY:
            uow.enqueue(MATCH_BILL, str(one.bill_id))

    def _reading(self, one: Difference) -> PaymentReading:
        """What the bill says of money, as if the provider had answered it to a query of ours: it was fetched as one."""
        assert one.theirs is not None and one.attempt_id is not None
        return PaymentReading(
            number=number_of(one.attempt_id),
            status=PaymentStatus.SUCCEEDED,
            transaction_id=one.key,
            amount_cents=one.cents,
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
            "amount_cents": str(one.cents),
        }
        uow.audit(verb, actor=str(by), subject=str(one.id), facts=facts)

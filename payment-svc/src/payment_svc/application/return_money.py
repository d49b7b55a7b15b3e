"""Money goes back to its payer: decided in a transaction, carried out by a job under one refund number."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin, Job

from ..domain.captures import Account, Why
from ..domain.errors import CaptureNotFound, CaptureNotHeld, ChannelRefused, HeldMoneyWaits, MoreThanPaid
from ..domain.money_records import BookedCapture, Refund, RefundDue, RefundState
from ..domain.orders import Order
from ..domain.readings import RefundReading, RefundStatus, number_of
from ..domain.transitions import Action, Edge, State
from ..domain.words import WHY
from .channel_port import Channels, RefundRequest
from .issue_receipt import IssueReceipt
from .jobs import REFUND
from .ports import Money, Orders, Refunds
from .tell import tell

SOONEST = timedelta(seconds=5)
LATEST = timedelta(hours=1)
NOT_UNDER_WAY = (RefundState.SUCCEEDED, RefundState.AWAITING_APPROVAL, RefundState.DECLINED)


class ReturnMoney:
    """`approval_from_cents`: held money of so much or more goes back only once a second person has agreed."""

    def __init__(
        self,
        orders: Orders,
        money: Money,
        refunds: Refunds,
        channels: Channels,
        receipts: IssueReceipt,
        approval_from_cents: int,
    ) -> None:
        self._approval_from_cents = approval_from_cents
        self._receipts = receipts
        self._orders = orders
        self._money = money
        self._refunds = refunds
        self._channels = channels

    async def of_paid_order(self, order: Order, why: Why, uow: UnitOfWork) -> None:
        """The case ended: what paid its (locked) order goes back."""
        capture = await self._applied(order, uow)
        edge = order.take(Action.CALL_OFF)
        version = self._orders.move(uow, order, edge.to)
        order = replace(order, state=edge.to, version=version)
        if capture.left_cents:
            due = RefundDue(uuid7(), capture.left_cents, why)
            self._refunds.owe_back(uow, order.id, capture, due, now())
            self.tell_due(order, edge, version, due, uow)
        for waiting in await self._refunds.waiting(uow, order.id):
            # What staff had asked for goes with the rest: nobody has to approve that any more.
            await uow.flush()  # each changes the capture's row, and sees what the one before did
            order = await self.approved(order, waiting, None, uow)

    async def part(self, order: Order, due: RefundDue, uow: UnitOfWork, *, waits: bool) -> None:
        """Staff give back some or all of what paid the (locked) order; `waits` until somebody else approves."""
        order.take(Action.RETURN_PART)  # before the look at its money: an unpaid order has none
        capture = await self._applied(order, uow)
        if due.amount_cents > capture.left_cents:
            raise MoreThanPaid(order.id, capture.left_cents)
        if waits:
            self._refunds.wait_for_approval(uow, order.id, capture, due, now())
            return
        is_last = due.amount_cents == capture.left_cents and not await self._refunds.waiting(uow, order.id)
        edge = await self._staff_edge(order, is_last=is_last, uow=uow)
        version = self._orders.move(uow, order, edge.to)
        self._refunds.owe_back(uow, order.id, capture, due, now())
        self.tell_due(order, edge, version, due, uow)

    async def _staff_edge(self, order: Order, *, is_last: bool, uow: UnitOfWork) -> Edge:
        """With the last of its money an order ends, and nothing is owed in its place."""
        if not is_last or order.state is not State.PAID:
            return order.take(Action.RETURN_PART)
        await self._orders.end_debts(uow, order.case_id, [order.kind], Why.STAFF_DECIDED, now())
        return order.take(Action.RETURN_ALL)

    async def approved(self, order: Order, refund: Refund, by: UUID | None, uow: UnitOfWork) -> Order:
        """One that waited is carried out; `by` None: the case ended. The (locked) order as it then is."""
        if refund.pays_order:
            capture, waiting = await self._applied(order, uow), await self._refunds.waiting(uow, order.id)
            is_last = capture.left_cents == 0 and len(waiting) == 1
            edge = await self._staff_edge(order, is_last=is_last, uow=uow)
        else:
            edge = order.take(Action.RETURN_SURPLUS)
        version = self._orders.move(uow, order, edge.to)
        self._refunds.approve(uow, refund, by, now())
        self.tell_due(order, edge, version, RefundDue(refund.id, refund.amount_cents, refund.why), uow)
        return replace(order, state=edge.to, version=version)

    async def _applied(self, order: Order, uow: UnitOfWork) -> BookedCapture:
        capture = await self._money.applied_capture(uow, order.id)
        assert capture is not None, f"order {order.id} is paid without a capture"
        return capture

    async def surplus(
        self, order: Order, capture: BookedCapture, why: Why, uow: UnitOfWork, *, by: UUID | None = None
    ) -> UUID:
        """Held money that did not pay its (locked) order goes back; the order stays as it is. The refund's id."""
        due = _all_of_held(capture, why, by)
        edge = order.take(Action.RETURN_SURPLUS)
        version = self._orders.move(uow, order, edge.to)
        self._refunds.owe_back(uow, order.id, capture, due, now())
        self.tell_due(order, edge, version, due, uow)
        return due.refund_id

    async def held_by_decision(
        self, capture_id: UUID, by: UUID, uow: UnitOfWork, *, agreed: bool = False
    ) -> UUID:
        """An operator ends an anomaly by sending the money back; returns its order's id.

        Much money waits for a supervisor of the order's unit, unless a second operator has `agreed` before.
        Raises CaptureNotFound, CaptureNotHeld, HeldMoneyWaits.
        """
        found = await self._money.lock_capture(uow, capture_id)
        if found is None:
            raise CaptureNotFound(capture_id)
        order, capture = found
        waits = not agreed and capture.amount_cents >= self._approval_from_cents
        if waits:
            due = _all_of_held(capture, Why.OPERATOR_DECIDED, by)
            self._refunds.wait_for_approval(uow, order.id, capture, due, now())
            refund_id = due.refund_id
        else:
            refund_id = await self.surplus(order, capture, Why.OPERATOR_DECIDED, uow, by=by)
        facts = {"order": str(order.id), "amount_cents": str(capture.amount_cents), "waits": str(waits)}
        uow.audit("payment.send_back_held", actor=str(by), subject=str(refund_id), facts=facts)
        return order.id

    async def forget_waiting(self, capture: BookedCapture, uow: UnitOfWork) -> BookedCapture:
        """Held money turned out to be other than it was: what waits to be approved about it was asked of that."""
        for refund in await self._refunds.waiting_of(uow, capture.id):
            self._refunds.decline(uow, refund, None, now())
        return replace(capture, returning_cents=0)

    def tell_due(self, order: Order, edge: Edge, version: int, due: RefundDue, uow: UnitOfWork) -> None:
        """Tells of a refund that was just written, and has it carried out."""
        facts = {"amount_cents": due.amount_cents, "refund_id": due.refund_id, "reason": due.why}
        tell(uow, order, edge, version, now(), **facts)
        uow.enqueue(REFUND, str(due.refund_id))

    async def run(self, job: Job, begin: Begin) -> None:
        """Job, key: the refund. Asks until the provider's word is final; the number never changes."""
        async with begin() as uow:
            refund = await self._refunds.find(uow, UUID(job.key))
        if refund is None or refund.state in NOT_UNDER_WAY:
            return
        reading, code = await self._ask(refund)
        async with begin() as uow:
            agreed = await self.settle(refund, reading, uow, code=code)
            if agreed and reading.status is RefundStatus.SUCCEEDED:
                await job.done(uow)
            else:
                waited = now() - refund.requested_at
                await job.again(uow, now() + min(max(waited, SOONEST), LATEST))

    async def check(self, refund_id: UUID, begin: Begin) -> None:
        """Asks once, outside the job; for "check with the bank now"."""
        async with begin() as uow:
            refund = await self._refunds.find(uow, refund_id)
        if refund is None or refund.state in NOT_UNDER_WAY:
            return
        reading, code = await self._ask(refund)
        async with begin() as uow:
            await self.settle(refund, reading, uow, code=code)

    async def settle(
        self, refund: Refund, reading: RefundReading, uow: UnitOfWork, *, code: str | None = None
    ) -> bool:
        """The provider's word about a refund, from an answer or a notice. False where it contradicts ours.

        Success is final. Until then the latest word stands, so that one called abnormal may still succeed.
        """
        if reading.status is RefundStatus.SUCCEEDED:
            if reading.amount_cents != refund.amount_cents:
                self._refunds.note(uow, refund, RefundState.ABNORMAL, None, "AMOUNT_DIFFERS")
                return False
            await self._finish(refund, reading, uow)
        else:
            is_abnormal = reading.status is RefundStatus.ABNORMAL
            state = RefundState.ABNORMAL if is_abnormal else RefundState.PROCESSING
            self._refunds.note(uow, refund, state, reading.provider_refund_id, code)
        return True

    async def _finish(self, refund: Refund, reading: RefundReading, uow: UnitOfWork) -> None:
        order = await self._orders.lock(uow, refund.order_id)
        assert order is not None
        at = now()
        all_of_it = await self._refunds.finish(uow, refund, reading, at)
        if all_of_it is None:
            return
        ends = all_of_it and refund.pays_order and order.state is State.REFUNDING
        action = Action.PART_RETURNED if refund.pays_order else Action.SURPLUS_RETURNED
        edge = order.take(Action.MONEY_RETURNED if ends else action)
        version = self._orders.move(uow, order, edge.to, ended_at=at if ends else None)
        tell(uow, order, edge, version, at, amount_cents=refund.amount_cents, refund_id=refund.id)
        self._receipts.owe_red(refund, uow)

    async def _ask(self, refund: Refund) -> tuple[RefundReading, str | None]:
        """Requests, or asks how it stands; a refusal is abnormal, and told with the provider's code."""
        channel, number = self._channels.of(refund.channel, refund.payee), number_of(refund.id)
        try:
            if refund.state is RefundState.PROCESSING:
                reading = await channel.query_refund(number, number_of(refund.attempt_id))
                if reading.status is not RefundStatus.ABSENT:
                    return reading, None
            request = RefundRequest(
                number=number,
                payment_number=number_of(refund.attempt_id),
                transaction_id=refund.transaction_id,
                amount_cents=refund.amount_cents,
                total_cents=refund.captured_cents,
                reason=WHY[refund.why][0],
            )
            return await channel.refund(request), None
        except ChannelRefused as error:
            return RefundReading(number, RefundStatus.ABNORMAL), error.code


def _all_of_held(capture: BookedCapture, why: Why, by: UUID | None) -> RefundDue:
    if capture.state is not Account.HELD:
        raise CaptureNotHeld(capture.id, capture.state)
    if capture.returning_cents:
        raise HeldMoneyWaits(capture.id)
    return RefundDue(uuid7(), capture.amount_cents, why, requested_by=by)

"""Money goes back to its payer: decided in a transaction, carried out by a job under one refund number."""

from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin, Job

from ..domain.captures import Account, Why
from ..domain.errors import CaptureNotFound, CaptureNotHeld, ChannelRefused
from ..domain.money_records import BookedCapture, Refund, RefundDue, RefundState
from ..domain.orders import Order
from ..domain.readings import RefundReading, RefundStatus, number_of
from ..domain.transitions import Action, Edge
from ..domain.words import WHY
from .channel_port import Channels, RefundRequest
from .issue_receipt import IssueReceipt
from .jobs import REFUND
from .ports import Money, Orders, Refunds
from .tell import tell

SOONEST = timedelta(seconds=5)
LATEST = timedelta(hours=1)


class ReturnMoney:
    def __init__(
        self, orders: Orders, money: Money, refunds: Refunds, channels: Channels, receipts: IssueReceipt
    ) -> None:
        self._receipts = receipts
        self._orders = orders
        self._money = money
        self._refunds = refunds
        self._channels = channels

    async def of_paid_order(self, order: Order, why: Why, uow: UnitOfWork) -> None:
        """The case ended: what paid its (locked) order goes back."""
        capture = await self._money.applied_capture(uow, order.id)
        assert capture is not None, f"order {order.id} is paid without a capture"
        await self._owe_back(order, capture, Action.CALL_OFF, why, uow)

    async def surplus(self, order: Order, capture: BookedCapture, why: Why, uow: UnitOfWork) -> None:
        """Held money that did not pay its (locked) order goes back; the order stays as it is."""
        if capture.state is not Account.HELD:
            raise CaptureNotHeld(capture.id, capture.state)
        await self._owe_back(order, capture, Action.RETURN_SURPLUS, why, uow)

    async def held_by_decision(self, capture_id: UUID, uow: UnitOfWork) -> UUID:
        """An operator ends an anomaly by sending the money back; returns its order's id."""
        found = await self._money.lock_capture(uow, capture_id)
        if found is None:
            raise CaptureNotFound(capture_id)
        await self.surplus(*found, Why.OPERATOR_DECIDED, uow)
        return found[0].id

    async def _owe_back(
        self, order: Order, capture: BookedCapture, action: Action, why: Why, uow: UnitOfWork
    ) -> None:
        edge, due = order.take(action), RefundDue(uuid7(), capture.amount_cents, why)
        version = self._orders.move(uow, order, edge.to)
        self._refunds.owe_back(uow, order.id, capture, due.refund_id, why, now())
        self.tell_due(order, edge, version, due, uow)

    def tell_due(self, order: Order, edge: Edge, version: int, due: RefundDue, uow: UnitOfWork) -> None:
        """Tells of a refund that was just written, and has it carried out."""
        facts = {"amount_cents": due.amount_cents, "refund_id": due.refund_id, "reason": due.why}
        tell(uow, order, edge, version, now(), **facts)
        uow.enqueue(REFUND, str(due.refund_id))

    async def run(self, job: Job, begin: Begin) -> None:
        """Job, key: the refund. Asks until the provider's word is final; the number never changes."""
        async with begin() as uow:
            refund = await self._refunds.find(uow, UUID(job.key))
        if refund is None or refund.state is RefundState.SUCCEEDED:
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
        if refund is None or refund.state is RefundState.SUCCEEDED:
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
        if not await self._refunds.finish(uow, refund, reading, at):
            return
        edge = order.take(Action.MONEY_RETURNED if refund.pays_order else Action.SURPLUS_RETURNED)
        version = self._orders.move(uow, order, edge.to, ended_at=at if refund.pays_order else None)
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

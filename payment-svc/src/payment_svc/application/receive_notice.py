"""A provider tells us something: verified, stored, acted on, committed; only then acknowledged."""

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.db.faults import is_infrastructure
from chassis.ids import uuid7
from chassis.jobs import Begin
from chassis.telemetry import context

from ..domain.errors import OrderChangedMeanwhile
from ..domain.money_records import NoticeRow, RefundState
from ..domain.payees import Payee
from ..domain.readings import Notice, NoticeOutcome, RefundReading, RefundStatus, entity_id_of
from .channel_port import Delivery, PaymentChannel
from .ports import Notices, Refunds
from .return_money import ReturnMoney
from .settle_payment import SettlePayment

log = structlog.get_logger(__name__)


class ReceiveNotice:
    def __init__(
        self,
        settle: SettlePayment,
        return_money: ReturnMoney,
        refunds: Refunds,
        notices: Notices,
    ) -> None:
        self._settle = settle
        self._return_money = return_money
        self._refunds = refunds
        self._notices = notices

    async def __call__(
        self, channel: PaymentChannel, payee: Payee, delivery: Delivery, begin: Begin
    ) -> NoticeOutcome:
        """What the notice turned out to be, after the commit. Raises NoticeRefused: it cannot be verified."""
        notice = channel.verify(delivery)
        row = NoticeRow(
            uuid7(), payee, notice.notice_id, notice.event, notice.body, notice.number, context.request_id()
        )
        try:
            return await self.apply(channel, notice, row, begin)
        except Exception as error:
            if is_infrastructure(error):
                raise
            # An authentic notice is not lost to a fault of ours: kept, acknowledged, and applied by the job.
            log.exception("notice_not_applied", channel=channel.name, notice_id=notice.notice_id)
            async with begin() as uow:
                self._notices.keep(uow, channel.name, row, NoticeOutcome.UNMATCHED, now())
            return NoticeOutcome.UNMATCHED

    async def apply(
        self, channel: PaymentChannel, notice: Notice, row: NoticeRow, begin: Begin
    ) -> NoticeOutcome:
        """Acts on a verified notice and stores it, in one commit.

        At first nothing is locked; where another was faster, it is done once more with the order locked.
        """
        try:
            async with begin() as uow:
                return await self._act(channel, notice, row, uow, locked=False)
        except OrderChangedMeanwhile:
            async with begin() as uow:
                return await self._act(channel, notice, row, uow, locked=True)

    async def again(
        self, channel: PaymentChannel, notice: Notice, row: NoticeRow, uow: UnitOfWork
    ) -> NoticeOutcome:
        """Acts once more on a notice that is stored; what it did before stays done once."""
        return await self._act(channel, notice, row, uow, locked=True)

    async def _act(
        self, channel: PaymentChannel, notice: Notice, row: NoticeRow, uow: UnitOfWork, *, locked: bool
    ) -> NoticeOutcome:
        if notice.payment is not None:
            return await self._settle.told(
                channel, notice.payment, row, uow, locked=locked, needs_query=notice.needs_query
            )
        if notice.refund is not None and not notice.needs_query:
            outcome = await self._refund_told(channel, notice.refund, uow)
        else:
            outcome = NoticeOutcome.SAYS_NOTHING if notice.readable else NoticeOutcome.UNREADABLE
        self._notices.keep(uow, channel.name, row, outcome, now())
        return outcome

    async def _refund_told(
        self, channel: PaymentChannel, reading: RefundReading, uow: UnitOfWork
    ) -> NoticeOutcome:
        refund_id = entity_id_of(reading.number)
        refund = await self._refunds.find(uow, refund_id) if refund_id else None
        if refund is None or refund.channel != channel.name:
            return NoticeOutcome.UNMATCHED
        if refund.state is RefundState.SUCCEEDED and reading.status is RefundStatus.SUCCEEDED:
            return NoticeOutcome.REPEAT
        if refund.state is RefundState.SUCCEEDED or not await self._return_money.settle(refund, reading, uow):
            return NoticeOutcome.CONTRADICTION
        return NoticeOutcome.APPLIED

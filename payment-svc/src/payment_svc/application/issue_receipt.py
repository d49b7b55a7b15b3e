"""Exactly one receipt for what was paid, and a red one for each refund of it.

Owed in the commit that applies or returns the money; a job asks the fiscal platform, under one number for ever, until
it has the receipt.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from contracts.payment import ReceiptIssued

from ..domain.money_records import Refund
from ..domain.orders import Order
from ..domain.payees import Payee
from ..domain.receipt_errors import FiscalPlatformRefused
from ..domain.receipts import RECEIPT_DIFFERS, DueReceipt, Issued, Kind, ReceiptState
from .receipt_ports import FiscalPlatform, Receipts

log = structlog.get_logger(__name__)

ISSUE_RECEIPT: Final = "payment.issue_receipt"
"""Job; its key is the receipt."""
SOONEST: Final = timedelta(seconds=5)
LATEST: Final = timedelta(minutes=30)


class IssueReceipt:
    def __init__(self, receipts: Receipts, platform: FiscalPlatform) -> None:
        self._receipts = receipts
        self._platform = platform

    def owe(self, order: Order, amount_cents: int, uow: UnitOfWork) -> None:
        """With the commit that applies the money which pays `order`. For postage the postal company has its own."""
        if order.payee is Payee.TREASURY:
            self._receipts.owe_blue(uow, order.id, amount_cents, now())
            uow.enqueue(ISSUE_RECEIPT, str(order.id))

    def owe_red(self, refund: Refund, uow: UnitOfWork) -> None:
        """With the commit in which `refund` succeeds, its order locked. Money that paid nothing had no receipt."""
        if refund.pays_order and refund.payee is Payee.TREASURY:
            self._receipts.owe_red(uow, refund.id, refund.order_id, refund.amount_cents, now())
            uow.enqueue(ISSUE_RECEIPT, str(refund.id))

    async def run(self, job: Job, begin: Begin) -> None:
        """Key: the receipt. A platform that is down fails the job, which is tried again for ever."""
        async with begin() as uow:
            due = await self._receipts.due(uow, UUID(job.key))
        if due is None or due.state is ReceiptState.ISSUED:
            return
        if due.kind is Kind.RED and due.blue is None:
            async with begin() as uow:
                await self._wait(job, due, uow)  # there is nothing to reverse yet
            return
        try:
            issued = await self._ask(due, repeated=job.attempts > 1)
        except FiscalPlatformRefused as refused:
            log.warning("receipt_refused", receipt_id=job.key, code=refused.code)
            async with begin() as uow:
                self._receipts.note_refusal(uow, due.id, refused.code)
                await self._wait(job, due, uow)
            return
        async with begin() as uow:
            self._keep(due, issued, uow)
            await job.done(uow)

    async def _ask(self, due: DueReceipt, *, repeated: bool) -> Issued:
        """`repeated`: an answer may have been lost, so what became of the last call is asked before the call."""
        issued = await self._platform.find(due.number) if repeated else None
        if issued is None:
            ask = self._platform.issue if due.kind is Kind.BLUE else self._platform.reverse
            issued = await ask(due)
        if not due.is_met_by(issued):
            raise FiscalPlatformRefused(RECEIPT_DIFFERS)
        return issued

    def _keep(self, due: DueReceipt, issued: Issued, uow: UnitOfWork) -> None:
        self._receipts.keep(uow, due.id, issued)
        uow.emit(
            ReceiptIssued(
                receipt_id=due.id,
                order_id=due.order_id,
                case_id=due.case_id,
                kind=due.kind.value,
                amount_cents=issued.amount_cents,
                issued_at=issued.issued_at,
            ),
            version=1,
        )

    async def _wait(self, job: Job, due: DueReceipt, uow: UnitOfWork) -> None:
        waited = now() - due.requested_at
        await job.again(uow, now() + min(max(waited, SOONEST), LATEST))

"""Job: ask the issuing system what the decision says is owed, then open the order."""

from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from ..domain.orders import Opened, Order
from ..domain.transitions import Action, State
from .ports import CaseReferences, IssuingSystem, Orders

ASK_AGAIN_AFTER = timedelta(minutes=10)
"""After an answer without an amount: decisions are entered late, and corrected."""


class PriceOrder:
    def __init__(self, orders: Orders, cases: CaseReferences, issuer: IssuingSystem, ttl: timedelta) -> None:
        self._orders = orders
        self._cases = cases
        self._issuer = issuer
        self._ttl = ttl

    async def run(self, job: Job, begin: Begin) -> None:
        order_id = UUID(job.key)
        async with begin() as uow:
            order = await self._orders.find(uow, order_id)
        if order is None or order.state is not State.PRICING:
            return
        decision = await self._issuer.look_up(await self._cases.decision_no(order.case_id))
        async with begin() as uow:
            if decision.amount_cents is None:
                await job.again(uow, now() + ASK_AGAIN_AFTER)
                self._orders.note_pricing_problem(uow, order, decision.problem or "no_amount")
            else:
                # The job first: who called the order off took it from us, and that is no failure.
                await job.done(uow)
                self._open(order, decision.amount_cents, uow)

    def _open(self, order: Order, amount_cents: int, uow: UnitOfWork) -> None:
        order.take(Action.PRICE)
        opened = Opened.now_payable(order.id, amount_cents, now(), self._ttl, order.by)
        version = self._orders.price(uow, order, opened)
        uow.emit(opened.event(order.case_id, order.kind, order.applicant_id), version=version)

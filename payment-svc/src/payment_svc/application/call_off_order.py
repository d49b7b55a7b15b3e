"""The case was withdrawn or closed unpaid, or sends nothing: its orders are closed, or their money goes back."""

from collections.abc import Sequence
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.captures import Why
from ..domain.orders import Order
from ..domain.payees import Kind
from ..domain.transitions import Action, State
from .jobs import CLOSE_ORDER, LOOK_UP_AMOUNT
from .ports import Orders
from .return_money import ReturnMoney


class CallOffOrder:
    def __init__(self, orders: Orders, return_money: ReturnMoney) -> None:
        self._orders = orders
        self._return_money = return_money

    async def __call__(
        self, case_id: UUID, why: Why, uow: UnitOfWork, kinds: Sequence[Kind] = tuple(Kind)
    ) -> None:
        """Where nothing is owed, nothing is to do. Open orders are closed at the provider first."""
        # Before the look, so that an order opened in this moment either is found or finds the debt ended.
        await self._orders.end_debts(uow, case_id, kinds, why, now())
        for kind in kinds:
            order = await self._orders.lock_live(uow, case_id, kind)
            if order is not None and order.state not in (State.CLOSING, State.REFUNDING):
                await self._call_off(order, why, uow)

    async def postage_of(self, case_id: UUID, uow: UnitOfWork) -> None:
        """What it was to send is not sent. Remembered: the case may not have asked for its postage yet."""
        await self._orders.call_off_parcel(uow, case_id, now())
        await self(case_id, Why.NOT_SENT, uow, [Kind.POSTAGE])

    async def _call_off(self, order: Order, why: Why, uow: UnitOfWork) -> None:
        if order.state is State.PAID:
            await self._return_money.of_paid_order(order, why, uow)
            return
        edge = order.take(Action.CALL_OFF)
        self._orders.move(uow, order, edge.to, ended_at=now() if edge.to is State.CANCELLED else None)
        if edge.to is State.CLOSING:
            uow.enqueue(CLOSE_ORDER, str(order.id))
        else:
            uow.cancel_job(LOOK_UP_AMOUNT, str(order.id))

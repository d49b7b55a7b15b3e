"""The case was withdrawn, or closed unpaid: its order is closed, or its money goes back."""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.captures import Why
from ..domain.transitions import Action, State
from .jobs import CLOSE_ORDER, LOOK_UP_AMOUNT
from .ports import Orders
from .return_money import ReturnMoney


class CallOffOrder:
    def __init__(self, orders: Orders, return_money: ReturnMoney) -> None:
        self._orders = orders
        self._return_money = return_money

    async def __call__(self, case_id: UUID, why: Why, uow: UnitOfWork) -> None:
        """Where nothing is owed, nothing is to do. Open orders are closed at the provider first."""
        # Before the look, so that an order opened in this moment either is found or finds the debt ended.
        await self._orders.end_debt(uow, case_id, why, now())
        order = await self._orders.lock_live(uow, case_id)
        if order is None or order.state in (State.CLOSING, State.REFUNDING):
            return
        if order.state is State.PAID:
            await self._return_money.of_paid_order(order, why, uow)
            return
        edge = order.take(Action.CALL_OFF)
        self._orders.move(uow, order, edge.to, ended_at=now() if edge.to is State.CANCELLED else None)
        if edge.to is State.CLOSING:
            uow.enqueue(CLOSE_ORDER, str(order.id))
        else:
            uow.cancel_job(LOOK_UP_AMOUNT, str(order.id))

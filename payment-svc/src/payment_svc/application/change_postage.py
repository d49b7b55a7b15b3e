"""What is sent goes elsewhere, which costs another sum: an unpaid order makes way for one that asks for it.

What was paid stays as it is: nothing is given back of it, and nothing more is asked for.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from ..domain.payees import Kind
from ..domain.transitions import Action, State
from .jobs import CLOSE_ORDER, REPLACE_ORDER
from .open_order import OpenOrder
from .ports import Orders

LOOK_AGAIN: Final = timedelta(seconds=2)


class ChangePostage:
    def __init__(self, orders: Orders, open_order: OpenOrder) -> None:
        self._orders = orders
        self._open_order = open_order

    async def __call__(self, case_id: UUID, cents: int, uow: UnitOfWork) -> None:
        """Where nothing is owed yet, or no more, nothing is to do."""
        if not await self._orders.reprice_debt(uow, case_id, Kind.POSTAGE, cents):
            return
        order = await self._orders.lock_live(uow, case_id, Kind.POSTAGE)
        if order is None or order.state is not State.OPEN:
            return
        # Closed at the provider first; money that is there before pays it, at the old price.
        self._orders.move(uow, order, order.take(Action.EXPIRE).to)
        uow.enqueue(CLOSE_ORDER, str(order.id))
        uow.enqueue(REPLACE_ORDER, str(order.id))

    async def replace(self, job: Job, begin: Begin) -> None:
        """Key: the order that makes way. Once it is closed, one with the new sum is opened by itself."""
        async with begin() as uow:
            order = await self._orders.find(uow, UUID(job.key))
            if order is not None and order.state is State.EXPIRING:
                await job.again(uow, now() + LOOK_AGAIN)
                return
            if order is not None and order.state is State.EXPIRED:
                await self._open_order.instead_of(order, uow)
            await job.done(uow)

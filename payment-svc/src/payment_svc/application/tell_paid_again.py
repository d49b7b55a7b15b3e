"""A case that does not know of its paid order is told once more: the same facts, as another event."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.orders import payer_facts
from ..domain.transitions import Action, State
from .parity_ports import PaidFacts
from .ports import Orders
from .tell import tell


class TellPaidAgain:
    def __init__(self, orders: Orders, facts: PaidFacts) -> None:
        self._orders = orders
        self._facts = facts

    async def __call__(self, order_id: UUID, uow: UnitOfWork) -> bool:
        """False where the order does not stand as paid any more, or nothing paid it: that is no lost message."""
        order = await self._orders.lock(uow, order_id)
        if order is None or order.state is not State.PAID:
            return False
        paid = await self._facts.paid_facts(uow, order_id)
        if paid is None:
            return False
        booked_at, paid_at, channel, by = paid
        edge = order.take(Action.TELL_AGAIN)
        version = self._orders.move(uow, order, edge.to)
        # Booked when it was: whoever counts it now counts it on the day on which it is missing.
        tell(uow, order, edge, version, booked_at, channel=channel, paid_at=paid_at, **payer_facts(order, by))
        return True

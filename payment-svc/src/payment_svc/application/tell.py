"""The event an edge carries, filled with an order's facts."""

from datetime import datetime
from typing import Any

from chassis.db import UnitOfWork

from ..domain.orders import Order
from ..domain.transitions import Edge


def tell(uow: UnitOfWork, order: Order, edge: Edge, version: int, at: datetime, **facts: Any) -> None:
    """Puts the edge's event into the outbox, if it has one, with `facts` beyond the order's own.

    `amount_cents` in `facts` replaces the order's: money sent back may be another sum than was asked for.
    """
    if edge.event is None:
        return
    told = {"amount_cents": order.amount_cents, "kind": order.kind, **facts}
    uow.emit(edge.event(order_id=order.id, case_id=order.case_id, occurred_at=at, **told), version=version)

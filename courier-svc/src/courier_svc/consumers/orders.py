"""payment.orders.v1: whose postage was paid."""

from collections.abc import Callable

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.messages.received import Handlers
from contracts.payment import OrderPaid

from courier_svc.application.desk import Desk
from courier_svc.application.send_paid import send_paid


def order_handlers(desk: Callable[[], Desk]) -> Handlers:
    """The menu's entry as the chassis wants it; `desk` is there once the service has started."""

    async def handle(event: Received[OrderPaid], uow: UnitOfWork) -> None:
        await send_paid(desk(), uow, event.data)

    return {OrderPaid: handle}

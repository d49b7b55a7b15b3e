"""Job: close an order that expired or was called off, at the provider first, then here."""

from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from ..domain.orders import Attempt
from ..domain.readings import PaymentReading, PaymentStatus, number_of
from ..domain.transitions import Action, State
from .channel_port import Channels, Closing
from .ports import Attempts, Orders
from .settle_payment import SettlePayment
from .tell import tell

PAYER_IS_BUSY = timedelta(seconds=20)
_BEING_CLOSED = (State.EXPIRING, State.CLOSING)


class CloseOrder:
    def __init__(self, orders: Orders, attempts: Attempts, settle: SettlePayment, channels: Channels) -> None:
        self._orders = orders
        self._attempts = attempts
        self._settle = settle
        self._channels = channels

    async def run(self, job: Job, begin: Begin) -> None:
        """Key: the order. Money the provider has by now is booked before anything is called closed."""
        order_id = UUID(job.key)
        async with begin() as uow:
            live = await self._attempts.unpaid_of(uow, order_id, live_only=True)
        ended = [(attempt, *await self._end_at_provider(attempt)) for attempt in live]
        async with begin() as uow:
            await self._book(order_id, ended, uow)
            if any(closing is Closing.BUSY for _, closing, _ in ended):
                await job.again(uow, now() + PAYER_IS_BUSY)
            else:
                await self._end(order_id, uow)
                await job.done(uow)

    async def _end_at_provider(self, attempt: Attempt) -> tuple[Closing, PaymentReading]:
        channel, number = self._channels.of(attempt.channel, attempt.payee), number_of(attempt.id)
        reading = await channel.query(number)
        if reading.status is PaymentStatus.SUCCEEDED:
            return Closing.PAID, reading
        if reading.status in (PaymentStatus.CLOSED, PaymentStatus.ABSENT):
            return Closing.CLOSED, reading
        closing = await channel.close(number)
        return closing, await channel.query(number) if closing is Closing.PAID else reading

    async def _book(
        self, order_id: UUID, ended: list[tuple[Attempt, Closing, PaymentReading]], uow: UnitOfWork
    ) -> None:
        if ended:
            await self._orders.lock(uow, order_id)  # before its attempts, as a notice does
        for attempt, closing, reading in ended:
            if closing is Closing.PAID:
                await self._settle.asked(self._channels.of(attempt.channel, attempt.payee), reading, uow)
            if closing is not Closing.BUSY:
                # Held money leaves its attempt live: the provider has ended it all the same.
                await self._attempts.close(uow, attempt.id)

    async def _end(self, order_id: UUID, uow: UnitOfWork) -> None:
        order = await self._orders.lock(uow, order_id)
        if order is None or order.state not in _BEING_CLOSED:
            return
        at, edge = now(), order.take(Action.CLOSED_AT_PROVIDER)
        version = self._orders.move(uow, order, edge.to, ended_at=at)
        tell(uow, order, edge, version, at)

"""The applicant wants to pay: an attempt is reserved, then the provider is asked for a link to pay at.

The number at the provider is committed before the provider hears of it, so a crash at any point leaves
nothing unknown: the next request, a query or the expiry finds the attempt and goes on with it.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.errors import ChannelDown, OrderChangedMeanwhile, OrderNotFound, OrderNotPayable
from ..domain.orders import ActedBy, Attempt, Order
from ..domain.readings import PaymentStatus, number_of
from ..domain.transitions import State
from .channel_port import Channels, PayLink, PaymentChannel, PaymentRequest
from .ports import Attempts
from .settle_payment import SettlePayment

TIME_TO_PAY: Final = timedelta(seconds=30)
"""An order nearer to its end takes no new attempt: nobody could finish it."""


class StartAttempt:
    def __init__(self, attempts: Attempts, settle: SettlePayment, channels: Channels) -> None:
        self._attempts = attempts
        self._settle = settle
        self._channels = channels

    async def __call__(
        self,
        order_id: UUID,
        payer_id: UUID,
        channel_name: str,
        begin: Begin,
        uow: UnitOfWork,
        by: ActedBy | None = None,
    ) -> Attempt:
        """The live attempt with its link, made or found again, and kept as that of `by`, who pays for the payer.

        `begin` for what must be committed before the provider is asked, `uow` for what comes after.
        Raises OrderNotFound, OrderNotPayable, ChannelDown; at the commit AttemptEndedMeanwhile.
        """
        channel = self._channels[channel_name]
        for _ in range(2):
            order, attempt = await self._reserved(order_id, payer_id, channel_name, begin, by)
            if attempt.pay_url is not None:
                return attempt
            link = await self._ask(channel, order, attempt)
            if link.pay_url is not None:
                return self._attempts.keep_link(uow, attempt, link.pay_url)
            await self._ended_at_provider(attempt, channel, begin)
        raise ChannelDown(channel_name, "two numbers in a row were closed")

    async def _reserved(
        self, order_id: UUID, payer_id: UUID, channel_name: str, begin: Begin, by: ActedBy | None
    ) -> tuple[Order, Attempt]:
        """The committed attempt. Where another click was faster, its attempt is found the second time."""
        try:
            async with begin() as uow:
                return await self._live_or_new(order_id, payer_id, channel_name, uow, by)
        except OrderChangedMeanwhile:
            async with begin() as uow:
                return await self._live_or_new(order_id, payer_id, channel_name, uow, by)

    async def _live_or_new(
        self, order_id: UUID, payer_id: UUID, channel_name: str, uow: UnitOfWork, by: ActedBy | None
    ) -> tuple[Order, Attempt]:
        found = await self._attempts.find_payable(uow, order_id, channel_name)
        if found is None or found[0].applicant_id != payer_id:
            raise OrderNotFound(order_id)
        order, live = found
        _refuse_unpayable(order)
        if live is None:
            return order, self._attempts.reserve(uow, order_id, channel_name, now(), by)
        return order, live if live.by == by else self._attempts.hand_over(uow, live, by)

    async def _ask(self, channel: PaymentChannel, order: Order, attempt: Attempt) -> PayLink:
        assert order.amount_cents is not None and order.expires_at is not None
        return await channel.create(
            PaymentRequest(number_of(attempt.id), order.amount_cents, order.purpose, order.expires_at)
        )

    async def _ended_at_provider(self, attempt: Attempt, channel: PaymentChannel, begin: Begin) -> None:
        """The number was used up before its link reached us: book what is there, then another is tried."""
        reading = await channel.query(number_of(attempt.id))
        async with begin() as uow:
            await self._settle.asked(channel, reading, uow)
            if reading.status is not PaymentStatus.PENDING:
                await self._attempts.close(uow, attempt.id)


def _refuse_unpayable(order: Order) -> None:
    if order.state is not State.OPEN:
        raise OrderNotPayable(order.id, order.state)
    if order.expires_at is None or order.expires_at - now() < TIME_TO_PAY:
        raise OrderNotPayable(order.id, State.EXPIRING)

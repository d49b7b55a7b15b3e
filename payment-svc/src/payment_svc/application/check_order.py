"""A citizen or an officer wants to know now: ask the provider about everything that is not final."""

from datetime import timedelta
from uuid import UUID

from chassis.jobs import Begin

from ..domain.errors import ChannelDown
from ..domain.readings import number_of
from .channel_port import Channels
from .ports import Attempts, Orders, Refunds
from .return_money import ReturnMoney
from .settle_payment import SettlePayment

AT_MOST_EVERY = timedelta(seconds=2)


class CheckOrder:
    def __init__(
        self,
        orders: Orders,
        attempts: Attempts,
        refunds: Refunds,
        settle: SettlePayment,
        return_money: ReturnMoney,
        channels: Channels,
    ) -> None:
        self._orders = orders
        self._attempts = attempts
        self._refunds = refunds
        self._settle = settle
        self._return_money = return_money
        self._channels = channels

    async def __call__(self, order_id: UUID, begin: Begin) -> None:
        """Also attempts already closed are asked about: money may have come late.

        Raises ChannelDown, once every other provider was asked.
        Within two seconds of the last check nothing is asked: what that one found is what there is to know.
        """
        async with begin() as uow:
            if not await self._orders.may_check(uow, order_id, AT_MOST_EVERY):
                return
            attempts = await self._attempts.unpaid_of(uow, order_id, live_only=False)
            refunds = await self._refunds.under_way(uow, order_id)
        silent: ChannelDown | None = None
        for attempt in attempts:
            channel = self._channels.of(attempt.channel, attempt.payee)
            try:
                reading = await channel.query(number_of(attempt.id))
            except ChannelDown as error:
                silent = error
                continue
            async with begin() as uow:
                await self._settle.asked(channel, reading, uow)
        for refund_id in refunds:
            await self._return_money.check(refund_id, begin)
        if silent is not None:
            raise silent

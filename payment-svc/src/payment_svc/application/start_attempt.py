"""The applicant wants to pay: an attempt is reserved, then the provider is asked for a way to pay it.

The number at the provider is committed before the provider hears of it, so a crash at any point leaves
nothing unknown: the next request, a query or the expiry finds the attempt and goes on with it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.errors import (
    ChannelDown,
    ChannelNotOffered,
    NotFromWeChat,
    OrderChangedMeanwhile,
    OrderNotFound,
    OrderNotPayable,
)
from ..domain.orders import ActedBy, Attempt, Order
from ..domain.readings import PaymentStatus, number_of
from ..domain.transitions import State
from .channel_port import Channels, Payer, PayLink, PaymentChannel, PaymentRequest, PayWay, Scene
from .ports import Attempts, Openids
from .settle_payment import SettlePayment

TIME_TO_PAY: Final = timedelta(seconds=30)
"""An order nearer to its end takes no new attempt: nobody could finish it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to pay what and how, from which address; `by` does it for the payer."""

    order_id: UUID
    payer_id: UUID
    channel: str
    scene: Scene
    ip: str
    by: ActedBy | None = None


class StartAttempt:
    def __init__(
        self, attempts: Attempts, settle: SettlePayment, channels: Channels, openids: Openids
    ) -> None:
        self._openids = openids
        self._attempts = attempts
        self._settle = settle
        self._channels = channels

    async def __call__(self, wish: Wish, begin: Begin, uow: UnitOfWork) -> tuple[Attempt, PayWay]:
        """The live attempt and how to pay it, made or found again, and kept as that of `wish.by`.

        `begin` for what must be committed before the provider is asked, `uow` for what comes after.
        Raises OrderNotFound, OrderNotPayable, ChannelNotOffered, NotFromWeChat, PayerUnknown, ChannelDown; at the
        commit AttemptEndedMeanwhile.
        """
        for _ in range(2):
            order, attempt = await self._reserved(wish, begin)
            channel = self._channel(wish, order)
            if attempt.link is not None:
                return attempt, channel.way(wish.scene, attempt.link)
            asked = await self._ask(channel, wish, order, attempt)
            if asked.link is not None:
                return self._attempts.keep_link(uow, attempt, asked.link), channel.way(wish.scene, asked.link)
            await self._ended_at_provider(attempt, channel, begin)
        raise ChannelDown(wish.channel, "two numbers in a row were closed")

    def _channel(self, wish: Wish, order: Order) -> PaymentChannel:
        channel = self._channels.of(wish.channel, order.payee)
        if wish.scene not in channel.scenes:
            names = [one.name for one in self._channels.offered(order.payee) if wish.scene in one.scenes]
            raise ChannelNotOffered(wish.channel, names)
        return channel

    async def _reserved(self, wish: Wish, begin: Begin) -> tuple[Order, Attempt]:
        """The committed attempt. Where another click was faster, its attempt is found the second time."""
        try:
            async with begin() as uow:
                return await self._live_or_new(wish, uow)
        except OrderChangedMeanwhile:
            async with begin() as uow:
                return await self._live_or_new(wish, uow)

    async def _live_or_new(self, wish: Wish, uow: UnitOfWork) -> tuple[Order, Attempt]:
        found = await self._attempts.find_payable(uow, wish.order_id, wish.channel, wish.scene)
        if found is None or found[0].applicant_id != wish.payer_id:
            raise OrderNotFound(wish.order_id)
        order, live = found
        _refuse_unpayable(order)
        self._channel(wish, order)
        if live is None:
            return order, self._attempts.reserve(uow, order, wish.channel, wish.scene, now(), wish.by)
        return order, live if live.by == wish.by else self._attempts.hand_over(uow, live, wish.by)

    async def _ask(self, channel: PaymentChannel, wish: Wish, order: Order, attempt: Attempt) -> PayLink:
        assert order.amount_cents is not None and order.expires_at is not None
        return await channel.create(
            PaymentRequest(
                number=number_of(attempt.id),
                scene=wish.scene,
                amount_cents=order.amount_cents,
                description=order.purpose,
                expires_at=order.expires_at,
                payer=await self._payer(channel, wish),
            )
        )

    async def _payer(self, channel: PaymentChannel, wish: Wish) -> Payer:
        """Whoever holds the phone is whom WeChat must know: the agent, where one pays."""
        appid = channel.needs_openid_of(wish.scene)
        if appid is None:
            return Payer(wish.ip)
        openid = (await self._openids.of(wish.by.account_id if wish.by else wish.payer_id)).get(appid)
        if openid is None:
            raise NotFromWeChat
        return Payer(wish.ip, openid)

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

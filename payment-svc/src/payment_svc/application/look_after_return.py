"""The payer's browser came back from the provider: a hint, upon which the provider is asked at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from chassis.jobs import Begin
from chassis.problems import Problem

from ..domain.errors import ChannelNotOffered
from ..domain.payees import Payee
from ..domain.readings import entity_id_of
from .channel_port import Channels, NoticeRefused
from .check_order import CheckOrder
from .ports import Attempts, Views

log = structlog.get_logger(__name__)

PATIENCE: Final = 4.0
"""Seconds that the page waits for the provider before it says how things stand so far."""


@dataclass(frozen=True, slots=True)
class Return:
    """Where the browser came back to. `number` stands in the address; CCB's has none. `query` is raw."""

    channel: str
    payee: str
    number: str | None
    query: bytes


class LookAfterReturn:
    def __init__(self, attempts: Attempts, views: Views, check: CheckOrder, channels: Channels) -> None:
        self._attempts = attempts
        self._views = views
        self._check = check
        self._channels = channels

    async def __call__(self, back: Return, begin: Begin) -> tuple[Mapping[str, Any], UUID] | None:
        """The order's row of `Views` and the attempt; None where the address proves nothing, or names nothing.

        What the address claims about the payment is never believed; what is shown is what the provider answers.
        """
        found = await self._attempt(back, begin)
        if found is None:
            return None
        attempt_id, order_id = found
        try:
            async with asyncio.timeout(PATIENCE):
                await self._check(order_id, begin)
        except (TimeoutError, Problem) as error:  # the bank is silent, or a notice was faster
            log.info("return_not_answered", order_id=str(order_id), cause=type(error).__name__)
        async with begin() as uow:
            row = await self._views.order(uow, order_id)
        return (row, attempt_id) if row is not None else None

    async def _attempt(self, back: Return, begin: Begin) -> tuple[UUID, UUID] | None:
        number = self._number(back)
        attempt_id = entity_id_of(number) if number is not None else None
        if attempt_id is None:
            return None
        async with begin() as uow:
            attempt = await self._attempts.find(uow, attempt_id)
        if attempt is None or (attempt.channel, attempt.payee) != (back.channel, back.payee):
            return None
        return attempt.id, attempt.order_id

    def _number(self, back: Return) -> str | None:
        try:
            signed = self._channels.of(back.channel, Payee(back.payee)).read_return(back.query)
        except (ValueError, ChannelNotOffered):
            return None
        except NoticeRefused as refused:
            log.warning("return_refused", channel=back.channel, cause=refused.cause)
            return None
        if signed is not None and back.number is not None and signed != back.number:
            return None
        return back.number if back.number is not None else signed

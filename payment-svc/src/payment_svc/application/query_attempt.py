"""Job: ask the provider about an attempt no notice came for."""

from uuid import UUID

from chassis.jobs import Begin, Job

from ..domain.orders import AttemptState
from ..domain.readings import number_of
from .channel_port import Channels
from .ports import Attempts
from .settle_payment import SettlePayment


class QueryAttempt:
    def __init__(self, attempts: Attempts, settle: SettlePayment, channels: Channels) -> None:
        self._attempts = attempts
        self._settle = settle
        self._channels = channels

    async def run(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            attempt = await self._attempts.find(uow, UUID(job.key))
        if attempt is None or attempt.state not in (AttemptState.RESERVED, AttemptState.PENDING):
            return
        channel = self._channels.of(attempt.channel, attempt.payee)
        reading = await channel.query(number_of(attempt.id))
        async with begin() as uow:
            await self._settle.asked(channel, reading, uow)
            await job.done(uow)

"""Job: a notice that does not prove enough; the provider is asked, and its answer is what is booked."""

from datetime import timedelta
from typing import Final

from chassis.clock import now
from chassis.jobs import Begin, Job

from ..domain.readings import NoticeOutcome, PaymentReading, PaymentStatus, entity_id_of
from .channel_port import Channels
from .ports import Attempts, Notices
from .settle_payment import SettlePayment

SOONEST: Final = timedelta(seconds=5)
GIVEN_UP_AFTER: Final = timedelta(hours=1)
"""A provider that still knows of no payment then contradicts its notice: a person looks."""


class ConfirmNotice:
    def __init__(
        self, attempts: Attempts, notices: Notices, settle: SettlePayment, channels: Channels
    ) -> None:
        self._attempts = attempts
        self._notices = notices
        self._settle = settle
        self._channels = channels

    async def run(self, job: Job, begin: Begin) -> None:
        """Key: `<channel>/<notice id>`. Asked by the account that made the attempt, whichever was told."""
        name, _, notice_id = job.key.partition("/")
        async with begin() as uow:
            found = await self._notices.find_unconfirmed(uow, name, notice_id)
            if found is None:
                return
            notice, came_at = found
            told = self._channels.of(name, notice.payee).read_kept(notice.body).payment
            attempt_id = entity_id_of(told.number) if told else None
            attempt = await self._attempts.find(uow, attempt_id) if attempt_id else None
        assert told is not None and attempt is not None, "only a notice of a known attempt is unconfirmed"
        channel = self._channels.of(name, attempt.payee)
        answer = await channel.query(told.number)
        async with begin() as uow:
            booked = await self._settle.asked(channel, answer, uow)
            waited = now() - came_at
            if booked is None and waited < GIVEN_UP_AFTER:
                await job.again(uow, now() + max(waited, SOONEST))
                return
            outcome = booked if booked and _same(told, answer) else NoticeOutcome.CONTRADICTION
            self._notices.keep(uow, name, notice, outcome, came_at)
            await job.done(uow)


def _same(told: PaymentReading, answer: PaymentReading) -> bool:
    """Whether the notice told what the provider answers."""
    return answer.status is PaymentStatus.SUCCEEDED and (
        told.transaction_id,
        told.amount_cents,
        told.currency,
        told.merchant_id,
    ) == (answer.transaction_id, answer.amount_cents, answer.currency, answer.merchant_id)

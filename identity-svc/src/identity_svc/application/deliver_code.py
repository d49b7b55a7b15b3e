"""The job that sends a code by SMS."""

from uuid import UUID

import structlog
from chassis.jobs import Begin, Job

from .ports import Codes, SmsRefused, SmsSender

log = structlog.get_logger(__name__)


class DeliverCode:
    """A crash after sending sends again; the operator recognises the id and does nothing."""

    def __init__(self, codes: Codes, sms: SmsSender) -> None:
        self._codes = codes
        self._sms = sms

    async def __call__(self, job: Job, begin: Begin) -> None:
        code_id = UUID(job.key)
        async with begin() as uow:
            message = await self._codes.unsent(uow, code_id)
        if message is not None:
            try:
                await self._sms.send(message)
            except SmsRefused as refusal:
                log.warning("code_refused_by_operator", code_id=str(code_id), cause=str(refusal))
        async with begin() as uow:
            await self._codes.mark_sent(uow, code_id)
            await job.done(uow)

"""Recurring job: notices that came before what they are about are applied once it is known."""

from uuid import UUID

import structlog
from chassis.jobs import Begin, Job

from ..domain.money_records import NoticeRow
from .channel_port import Channels
from .ports import Notices
from .receive_notice import ReceiveNotice

log = structlog.get_logger(__name__)

_PAGE = 100
_FIRST = UUID(int=0)


class ApplyUnmatchedNotices:
    def __init__(self, receive: ReceiveNotice, notices: Notices, channels: Channels) -> None:
        self._receive = receive
        self._notices = notices
        self._channels = channels

    async def run(self, job: Job, begin: Begin) -> None:
        """One that cannot be applied does not stop the others; the job then fails, for operators to see."""
        after, failed = _FIRST, 0
        while True:
            async with begin() as uow:
                page = await self._notices.take_unmatched(uow, after, _PAGE)
            for channel_name, row in page:
                try:
                    await self._apply(channel_name, row, begin)
                except Exception:
                    failed += 1
                    log.exception("notice_not_applied", channel=channel_name, notice_id=row.notice_id)
            if len(page) < _PAGE:
                break
            after = page[-1][1].id
        if failed:
            raise RuntimeError(f"{failed} stored notices cannot be applied; the log has each cause")

    async def _apply(self, channel_name: str, row: NoticeRow, begin: Begin) -> None:
        channel = self._channels.of(channel_name, row.payee)
        await self._receive.apply(channel, channel.read_kept(row.body), row, begin)

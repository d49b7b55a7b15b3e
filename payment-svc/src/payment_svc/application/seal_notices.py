"""Recurring job: notices that were kept before they were sealed at rest are sealed."""

from chassis.jobs import Begin, Job

from .ports import Notices

_PAGE = 500


class SealNotices:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def run(self, job: Job, begin: Begin) -> None:
        full = True
        while full:
            async with begin() as uow:
                full = await self._notices.seal_plain(uow, _PAGE) == _PAGE

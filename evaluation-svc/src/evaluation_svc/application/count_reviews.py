"""Reviews are counted some at a time: each leaves a mark, and this adds the marks up into the day's tallies."""

from datetime import timedelta
from typing import Final

from chassis.jobs import Begin, Job

from .ports import Desk

COUNT: Final = "evaluation.count_reviews"
COUNT_EVERY: Final = timedelta(minutes=1)


async def count_reviews(desk: Desk, job: Job, begin: Begin) -> None:
    async with begin() as uow:
        await desk.statistics.fold(uow)

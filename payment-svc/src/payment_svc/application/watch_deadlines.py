"""Recurring job: orders past their time and attempts to ask about become jobs of their own.

Deadlines stand on the rows they belong to; a case that is paid in time never writes a job.
"""

from chassis.jobs import Begin, Job

from .jobs import CLOSE_ORDER, QUERY_ATTEMPT
from .ports import Attempts, Orders

AT_ONCE = 200


class WatchDeadlines:
    def __init__(self, orders: Orders, attempts: Attempts) -> None:
        self._orders = orders
        self._attempts = attempts

    async def run(self, job: Job, begin: Begin) -> None:
        while True:
            async with begin() as uow:
                expired = await self._orders.take_expired(uow, AT_ONCE)
                due = await self._attempts.take_due(uow, AT_ONCE)
                for order_id in expired:
                    uow.enqueue(CLOSE_ORDER, str(order_id))
                for attempt_id in due:
                    uow.enqueue(QUERY_ATTEMPT, str(attempt_id))
            if max(len(expired), len(due)) < AT_ONCE:
                return

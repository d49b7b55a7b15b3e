"""Health checks in the background, where they decide something."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

from .breaker import State
from .instance import Instance
from .service import ServiceInstances

_OPEN_SECONDS = 1.0


class HealthChecks:
    """Asks every instance that has siblings each `seconds`, and one whose circuit is open each second.

    The only instance of a service with a closed circuit is asked nothing: it gets the requests in any case.
    """

    def __init__(self, services: Iterable[ServiceInstances], seconds: float) -> None:
        self._services = tuple(services)
        self._seconds = seconds

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the block runs."""
        tasks = [
            asyncio.create_task(self._watch(instance, alone=len(service.instances) == 1))
            for service in self._services
            for instance in service.instances
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, instance: Instance, *, alone: bool) -> None:
        while True:
            is_open = instance.breaker.state is not State.CLOSED
            if is_open or not alone:
                await instance.check()
            await asyncio.sleep(min(_OPEN_SECONDS, self._seconds) if is_open or alone else self._seconds)

"""One instance of a service: its connections, its circuit, its health."""

from urllib.parse import urlsplit

import structlog
from chassis.http_client import Pool, UpstreamError

from ..metrics import CIRCUIT, CIRCUIT_OPENED, READY
from .breaker import Breaker, State

log = structlog.get_logger(__name__)

_CHECK_PATIENCE = 2.0
_FAILED_CHECKS = 2
"""In a row before it is held to be unfit: one may be chance."""


class Instance:
    """`ready`: whether it should be asked as long as others can be. Checks have a connection of their own: callers
    who hold all the others must not make it look ill."""

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        connections: int,
        connect_timeout: float,
        breaker_failures: int,
        breaker_open_seconds: float,
    ) -> None:
        self.service = service
        self.address = urlsplit(base_url).netloc.rpartition("@")[2]
        self.pool = Pool(base_url, connections=connections, connect_timeout=connect_timeout)
        self._checks = Pool(base_url, connections=1, connect_timeout=min(connect_timeout, _CHECK_PATIENCE))
        self.breaker = Breaker(
            failures=breaker_failures, open_seconds=breaker_open_seconds, on_change=self._circuit_is
        )
        self.ready = True
        self._failed_checks = 0
        CIRCUIT.labels(service, self.address).set(State.CLOSED)
        READY.labels(service, self.address).set(1)

    async def check(self) -> None:
        """Asks whether it is ready. Never raises but for cancellation."""
        well = await self._answers_well()
        self._failed_checks = 0 if well else self._failed_checks + 1
        ready = self._failed_checks < _FAILED_CHECKS
        if ready is not self.ready:
            self.ready = ready
            READY.labels(self.service, self.address).set(ready)
            log.info("instance_ready" if ready else "instance_unfit", **self._named())
        if well:
            self.breaker.rouse()

    async def _answers_well(self) -> bool:
        try:
            answer = await self._checks.request(b"GET", b"/readyz", [], silence=_CHECK_PATIENCE)
        except UpstreamError:
            return False
        answer.close()
        return answer.status == 200

    def _circuit_is(self, state: State) -> None:
        CIRCUIT.labels(self.service, self.address).set(state)
        if state is State.OPEN:
            CIRCUIT_OPENED.labels(self.service, self.address).inc()
        log.warning("circuit_" + state.name.lower(), **self._named())

    def _named(self) -> dict[str, str]:
        return {"upstream": self.service, "instance": self.address}

    async def close(self) -> None:
        await self.pool.close()
        await self._checks.close()

"""Stopping without turning anybody away who could not know: unready first, then deaf, then gone."""

import time

import structlog
import uvicorn
from uvicorn.server import ServerState

log = structlog.get_logger(__name__)


class Stopping:
    """`begun`: we are told to stop. Readiness fails, and every answer ends its connection."""

    __slots__ = ("begun",)

    def __init__(self) -> None:
        self.begun = False


class GatewayState(ServerState):
    """What the server and its connections share."""

    def __init__(self, stopping: Stopping) -> None:
        super().__init__()
        self.stopping = stopping


class GatewayServer(uvicorn.Server):
    """Told to stop, it serves on for `drain_seconds`, new connections too: a load balancer in front needs that long to
    see that we are not ready. Then it closes its port and what is idle, and waits for what is under way, as long as
    its configuration's `timeout_graceful_shutdown` says. A second Ctrl-C ends it at once.
    """

    def __init__(self, config: uvicorn.Config, stopping: Stopping, drain_seconds: float) -> None:
        super().__init__(config)
        self.server_state = GatewayState(stopping)
        self._stopping = stopping
        self._drain_seconds = drain_seconds
        self._drained_at = 0.0

    async def on_tick(self, counter: int) -> bool:
        """Whether the port is to be closed now."""
        if not await super().on_tick(counter):
            return False
        if not self._stopping.begun:
            self._begin()
        return self.force_exit or time.monotonic() >= self._drained_at

    def _begin(self) -> None:
        self._stopping.begun = True
        self._drained_at = time.monotonic() + self._drain_seconds
        log.info(
            "stopping", drain_seconds=self._drain_seconds, connections=len(self.server_state.connections)
        )
        for connection in self.server_state.connections:
            cycle = connection.cycle  # type: ignore[union-attr]
            if cycle is not None:
                cycle.keep_alive = False

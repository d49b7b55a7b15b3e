"""Starts one Apache Kafka: in a container where an engine runs, else from its own jars by Maven."""

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from chassis.testing.servers import LOOPBACK, free_port

HERE = Path(__file__).parent
IMAGE = "apache/kafka:4.1.1"

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
"""


class NoKafka(RuntimeError):
    """Neither a container engine nor Maven and Java are here."""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The bootstrap address of a fresh Apache Kafka; gone with its data at the end."""
    if _engine_with_image():
        with _container() as bootstrap:
            yield bootstrap
    elif shutil.which("mvn") and shutil.which("java"):
        with _jars() as bootstrap:
            yield bootstrap
    else:
        raise NoKafka("test-kafka needs a Docker engine that can get apache/kafka, or Maven and Java 17")


def restarts() -> bool:
    """Whether SIGUSR1 stops the running broker and SIGUSR2 starts it: a process of ours, no container."""
    return signal.getsignal(signal.SIGUSR1) is not signal.SIG_DFL


def _engine_with_image() -> bool:
    if shutil.which("docker") is None:
        return False
    engine = subprocess.run(["docker", "info"], capture_output=True)
    if engine.returncode != 0:
        return False
    have = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True)
    return (
        have.returncode == 0 or subprocess.run(["docker", "pull", IMAGE], capture_output=True).returncode == 0
    )


@contextlib.contextmanager
def _container() -> Iterator[str]:
    from testcontainers.community.kafka import KafkaContainer

    with KafkaContainer(IMAGE).with_kraft() as kafka:
        print(f"Apache Kafka in a container: {IMAGE}", flush=True)
        yield kafka.get_bootstrap_server()


@contextlib.contextmanager
def _jars() -> Iterator[str]:
    jars = HERE / ".jars"
    print("fetching Apache Kafka's jars by Maven (only the first time)", flush=True)
    command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    subprocess.run([*command, f"-DoutputDirectory={jars}"], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="kafka-") as folder:
        port = free_port()
        config = Path(folder) / "server.properties"
        values = {"host": LOOPBACK, "port": port, "controller": free_port(), "data": f"{folder}/data"}
        config.write_text(_PROPERTIES.format(**values))
        java = ["java", "-Xmx512m", "-cp", f"{jars}/*"]
        cluster = _output([*java, "kafka.tools.StorageTool", "random-uuid"])
        _output([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(config)])
        with (Path(folder) / "log").open("wb") as log:
            broker = _Jar([*java, "kafka.Kafka", str(config)], log)
            # A test that wants it away in the middle of something sends us these signals.
            signal.signal(signal.SIGUSR1, lambda *_: broker.stop())
            signal.signal(signal.SIGUSR2, lambda *_: broker.start())
            try:
                _wait_for(port, broker.process)
                print(f"Apache Kafka from its jars, on {LOOPBACK}:{port}", flush=True)
                yield f"{LOOPBACK}:{port}"
            finally:
                signal.signal(signal.SIGUSR1, signal.SIG_DFL)
                signal.signal(signal.SIGUSR2, signal.SIG_DFL)
                broker.stop()


class _Jar:
    def __init__(self, command: list[str], log: IO[bytes]) -> None:
        self._command = command
        self._log = log
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=self._log, stderr=self._log)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[4:6]} failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    import socket

    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Kafka ended at once with code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("Kafka did not come up in 90 s")

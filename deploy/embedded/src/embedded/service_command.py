"""A command of each service (`python -m payment_svc …`) with all that the service is told, whether it runs or not."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from embedded import broker, secret_store, status, valkey
from embedded.failures import PlatformFailed
from embedded.folder import DataFolder
from embedded.postgres import Passwords, Postgres
from embedded.process import base_environment
from embedded.services import SERVICES, Surroundings, database_of, service_part
from embedded.stack import EmbeddedStack


def run_everywhere(data: Path, command: str, *words: str) -> int:
    """Runs `command` in one service after the other, their output being ours; the worst of their exit codes."""
    with _surroundings(data) as around:
        return max(_run(name, around, command, *words) for name in SERVICES)


@contextlib.contextmanager
def _surroundings(data: Path) -> Iterator[Surroundings]:
    """Of the platform that runs there; where none does, its stores are started for as long as this takes."""
    folder = DataFolder(data)
    if status.runs(folder):
        yield _of_running(folder)
        return
    if not folder.postgres.exists():
        raise PlatformFailed(
            f"{folder.root} 里没有平台的数据", f"there is no platform's data in {folder.root}"
        )
    # The next real start takes the ports of the last one from there.
    state = folder.state.read_bytes() if folder.state.exists() else b"{}"
    stack = EmbeddedStack(data, services=())
    asyncio.run(stack.start())
    try:
        yield stack.around
    finally:
        asyncio.run(stack.stop())
        folder.state.write_bytes(state)


def _of_running(folder: DataFolder) -> Surroundings:
    parts = json.loads(folder.state.read_text())["parts"]
    ports = {name: part["port"] for name, part in parts.items()}
    secrets = secret_store.load_or_generate(folder.secrets / "platform.json", [], data_exists=True)
    databases = {
        database_of(name): Passwords(own.database_password, own.owner_password)
        for name, own in secrets.services.items()
    }
    return Surroundings(
        folder=folder,
        ports=ports,
        secrets=secrets,
        postgres=Postgres(folder, ports["postgres"], secrets.postgres_password, databases),
        broker=broker.external(f"127.0.0.1:{ports.get('broker', 9092)}"),
        redis_url=valkey.url(ports["valkey"], secrets.redis_password),
    )


def _run(name: str, around: Surroundings, command: str, *words: str) -> int:
    if name not in around.secrets.services:
        return 0
    around.ports.setdefault(name, 0)
    part = service_part(name, around)
    argv = [*part.argv[:3], command, *words]
    return subprocess.run(argv, env=base_environment() | part.env, stdin=subprocess.DEVNULL).returncode

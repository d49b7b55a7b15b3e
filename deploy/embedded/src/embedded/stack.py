"""The whole platform on one machine, as an object: the supervisor runs one, fault tests kill parts of one."""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from embedded import broker, ports, secret_store, valkey
from embedded.folder import DataFolder, write_private
from embedded.postgres import Passwords, Postgres
from embedded.process import Part, PartProcess
from embedded.services import (
    GATEWAY,
    PARTNERS,
    SERVICES,
    Surroundings,
    database_of,
    http_url,
    partners_part,
    service_part,
)

Report = Callable[[str, float | None], None]
"""Called with a part's name when it starts (None) and when it is ready (seconds it took)."""

STORES = ("postgres", "valkey", "broker")


class EmbeddedStack:
    """Starts and stops everything; `kill` and `restart` single parts, which keep their ports.

    port: where the gateway listens; None picks a free one.
    services: which of our programs run besides PostgreSQL, Valkey and broker (tests of infrastructure: none).
    kafka_bootstrap: a real Kafka to use instead of the embedded broker.
    extra: further environment, by part.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        services: Iterable[str] = (PARTNERS, *SERVICES, GATEWAY),
        kafka_bootstrap: str | None = None,
        extra: Mapping[str, dict[str, str]] | None = None,
    ) -> None:
        self.folder = DataFolder(data)
        self._port = port
        self._services = tuple(services)
        self._kafka_bootstrap = kafka_bootstrap
        self._extra = dict(extra or {})
        self.processes: dict[str, PartProcess] = {}
        self._stages: list[list[str]] = []
        self._around: Surroundings | None = None
        self._written = ""

    async def start(self, report: Report = lambda name, seconds: None) -> None:
        """Starts everything; raises PlatformFailed, with nothing left running, when a part stays down."""
        self.folder.open()
        try:
            if self._port is not None:
                ports.require_free(self._port)
            if self._kafka_bootstrap is not None:
                await broker.require_answer(self._kafka_bootstrap)
            self._plan()
            for stage in self._stages:
                await self._start_together(stage, report)
        except BaseException:
            await self.stop()
            raise

    def _plan(self) -> None:
        around = self._around = self._surroundings()
        stores = [
            around.postgres.part(),
            valkey.part(self.folder, around.ports["valkey"], around.secrets.redis_password),
        ]
        if around.broker.part is not None:
            stores.append(around.broker.part)
        if PARTNERS in self._services:
            stores.append(partners_part(around))
        ours = [service_part(name, around) for name in SERVICES if name in self._services]
        door = [service_part(GATEWAY, around)] if GATEWAY in self._services else []
        self._add_stages(stores, ours, door)

    def _add_stages(self, *stages: list[Part]) -> None:
        self.processes = {part.name: PartProcess(part, self.folder) for stage in stages for part in stage}
        self._stages = [[part.name for part in stage] for stage in stages]

    def _surroundings(self) -> Surroundings:
        names = [*STORES, *(name for name in self._services if name != GATEWAY or self._port is None)]
        chosen = ports.choose(names, self._earlier_ports())
        if self._port is not None:
            chosen[GATEWAY] = self._port
        secrets = secret_store.load_or_generate(
            self.folder.secrets / "platform.json",
            [name for name in SERVICES if name in self._services],
            data_exists=self.folder.postgres.exists(),
        )
        databases = {
            database_of(name): Passwords(own.database_password, own.owner_password)
            for name, own in secrets.services.items()
        }
        return Surroundings(
            folder=self.folder,
            ports=chosen,
            secrets=secrets,
            postgres=Postgres(self.folder, chosen["postgres"], secrets.postgres_password, databases),
            broker=broker.external(self._kafka_bootstrap)
            if self._kafka_bootstrap is not None
            else broker.embedded(chosen["broker"]),
            redis_url=valkey.url(chosen["valkey"], secrets.redis_password),
            extra=self._extra,
        )

    def _earlier_ports(self) -> dict[str, int]:
        """The last start's, kept where possible: payment links in open orders name the sandbox's."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            parts = json.loads(self.folder.state.read_text())["parts"]
            return {name: part["port"] for name, part in parts.items() if name != GATEWAY}
        return {}

    async def _start_together(self, names: list[str], report: Report) -> None:
        async def start(name: str) -> None:
            report(name, None)
            begun = time.monotonic()
            await self.processes[name].start()
            self.write_state()
            report(name, time.monotonic() - begun)

        try:
            async with asyncio.TaskGroup() as group:
                for name in names:
                    group.create_task(start(name))
        except BaseExceptionGroup as failed:
            raise _first(failed) from None

    async def stop(self) -> None:
        """Stops everything, the last started first, and gives the data folder back; safe to call twice."""
        for stage in reversed(self._stages):
            await asyncio.gather(*(self.processes[name].stop() for name in stage))
        self.folder.close()

    def kill(self, name: str) -> None:
        """SIGKILL to one part; it stays down until `restart`."""
        self.processes[name].kill()

    async def restart(self, name: str) -> None:
        """Starts a part that is down, on its old port; one that runs is stopped first."""
        process = self.processes[name]
        await process.stop()
        await process.start()
        self.write_state()

    @property
    def around(self) -> Surroundings:
        if self._around is None:
            raise RuntimeError("the stack is not started")
        return self._around

    @property
    def parts(self) -> list[str]:
        """Every part's name, in the order of starting."""
        return [name for stage in self._stages for name in stage]

    def url(self, part: str) -> str:
        """`http://127.0.0.1:…` of the gateway, a service or the sandbox."""
        return http_url(self.around.ports[part])

    def database_url(self, service: str) -> str:
        """As the role that serves."""
        return self.around.postgres.url(database_of(service))

    def owner_url(self, service: str) -> str:
        """As the role that owns the tables: for what only it may, such as VACUUM."""
        return self.around.postgres.owner_url(database_of(service))

    @property
    def control_token(self) -> str:
        """What the sandbox's control API asks for."""
        return self.around.secrets.control_token

    def write_state(self) -> None:
        """Tells `status` and the demo what runs where."""
        parts = {
            name: {"pid": process.pid, "port": process.part.port, "log": str(self.folder.log(name))}
            for name, process in self.processes.items()
        }
        text = json.dumps({"supervisor": os.getpid(), "parts": parts}, indent=1)
        if text != self._written:
            write_private(self.folder.state, text + "\n")
            self._written = text


def _first(group: BaseExceptionGroup) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found

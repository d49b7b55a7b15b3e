"""The plans PostgreSQL really takes for the statements of running services, told by its own auto_explain."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from demo.api import Platform, until
from embedded.postgres import SUPERUSER
from embedded.services import SERVICES
from embedded.stack import EmbeddedStack

_ENTRY = re.compile(
    r"^\d{4}-\d\d-\d\d [^\[]*\[\d+\] (?:\w+@(?P<database>\w+) )?LOG:  duration: [\d.]+ ms  plan:$"
)
_QUERY = re.compile(r"^\tQuery Text: (?P<text>.*)$")
_SCAN = re.compile(r"Seq Scan on (?P<table>\w+)")
_WATCH = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_parameter_max_length": "0",
}
_BIG_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= $1"


@dataclass(frozen=True)
class Scan:
    """A whole table read for one statement."""

    database: str
    table: str
    statement: str


class PlanLog:
    """What the server's log says from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._from = log.stat().st_size
        self.count = 0

    def scans(self) -> set[Scan]:
        """Every sequential scan since; `count` is how many plans were looked at."""
        with self._log.open("rb") as file:
            file.seek(self._from)
            return set(self._read(file.read().decode(errors="replace").splitlines()))

    def _read(self, lines: list[str]) -> Iterator[Scan]:
        database = statement = ""
        self.count = 0
        for line in lines:
            if entry := _ENTRY.match(line):
                database, statement = entry["database"] or "", ""
                self.count += 1
            elif not line.startswith("\t"):
                database = ""
            elif query := _QUERY.match(line):
                statement = query["text"][:120]
            elif database and (scan := _SCAN.search(line)):
                yield Scan(database, scan["table"], statement)


@contextlib.asynccontextmanager
async def explained(stack: EmbeddedStack) -> AsyncIterator[PlanLog]:
    """Every statement of every service tells its plan while this lasts; their connections are made anew for it."""
    connection = await _superuser(stack)
    try:
        await connection.execute("LOAD 'auto_explain'")
        for name, value in _WATCH.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await _renew_connections(stack, connection)
        yield PlanLog(stack.folder.log("postgres"))
    finally:
        for name in _WATCH:
            await connection.execute(f"ALTER SYSTEM RESET {name}")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


async def big_tables(stack: EmbeddedStack, rows: int) -> set[tuple[str, str]]:
    """(database, table) of those with so many rows."""
    found = set()
    for service in SERVICES:
        connection = await asyncpg.connect(stack.database_url(service))
        database = await connection.fetchval("SELECT current_database()")
        found |= {(database, row["relname"]) for row in await connection.fetch(_BIG_TABLES, float(rows))}
        await connection.close()
    return found


async def _renew_connections(stack: EmbeddedStack, connection: asyncpg.Connection) -> None:
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename <> $1 AND backend_type = 'client backend'",
        SUPERUSER,
    )
    async with Platform(stack.url("gateway")) as platform:

        async def ready() -> bool | None:
            return (await platform.send("GET", "/readyz")).status_code == 200 or None

        await until("各服务重新就绪", ready)


async def _superuser(stack: EmbeddedStack) -> asyncpg.Connection:
    around = stack.around
    return await asyncpg.connect(
        host="127.0.0.1",
        port=around.ports["postgres"],
        user=SUPERUSER,
        database="postgres",
        password=around.secrets.postgres_password,
    )

"""A database for each test, cloned from a migrated template: milliseconds instead of migrations."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from ..db import migrate
from ..ids import uuid7

_LOCK = 0x74656D706C617465  # "template"


def database_url(server_url: str, database: str) -> str:
    parts = urlsplit(server_url)
    return urlunsplit(parts._replace(path=f"/{database}"))


async def _template(server_url: str, migrations: Path) -> str:
    digest = hashlib.sha256(str(migrations).encode())
    for path in sorted((migrations / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    name = f"template_{digest.hexdigest()[:24]}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", _LOCK)
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await admin.execute(f"DROP DATABASE IF EXISTS {name}_making WITH (FORCE)")
            await create_database(admin, f"{name}_making")
            await asyncio.to_thread(migrate.upgrade, database_url(server_url, f"{name}_making"), migrations)
            await admin.execute(f"ALTER DATABASE {name}_making RENAME TO {name}")
        await admin.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    finally:
        await admin.close()
    return name


async def create_database(admin: asyncpg.Connection, name: str) -> None:
    """An empty database with the collation the product runs on: code points, Chinese letters known to pg_trgm."""
    await admin.execute(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
    )


@contextlib.asynccontextmanager
async def cloned(server_url: str, migrations: Path) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database; dropped at the end."""
    template = await _template(server_url, migrations)
    name = f"test_{uuid7().hex}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield database_url(server_url, name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()

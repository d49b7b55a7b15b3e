"""A database for each test, cloned from a migrated template: milliseconds instead of migrations.

A role that owns nothing serves in it, as where the platform runs: a grant that is missing fails the test that needs it.
"""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from ..db import migrate
from ..ids import uuid7

_LOCK = 0x74656D706C617465  # "template"
_OWNER = "tests_owner"
_SERVING = "tests_serving"


def database_url(server_url: str, database: str) -> str:
    """As the role that serves."""
    return _as(_SERVING, urlunsplit(urlsplit(server_url)._replace(path=f"/{database}")))


def owner_url(url: str) -> str:
    """As the role that owns the database of `url`: for what the service itself may not."""
    return _as(_OWNER, url)


def _as(role: str, url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}"))


async def _template(server_url: str, migrations: Path) -> str:
    digest = hashlib.sha256(str(migrations).encode())
    for path in sorted((migrations / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    name = f"template_{digest.hexdigest()[:24]}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", _LOCK)
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await _create_roles(admin)
            await admin.execute(f"DROP DATABASE IF EXISTS {name}_making WITH (FORCE)")
            await create_database(admin, f"{name}_making")
            serving = database_url(server_url, f"{name}_making")
            await migrate.bring_up(owner_url(serving), serving, migrations)
            await admin.execute(f"ALTER DATABASE {name}_making RENAME TO {name}")
        await admin.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    finally:
        await admin.close()
    return name


async def _create_roles(admin: asyncpg.Connection) -> None:
    """Beyond what it may elsewhere, who serves may ANALYZE what a test has just filled a table with."""
    for role in (_OWNER, _SERVING):
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await admin.execute(f"CREATE ROLE {role} LOGIN")
    await admin.execute(f"GRANT pg_maintain TO {_SERVING}")


async def create_database(admin: asyncpg.Connection, name: str) -> None:
    """An empty database with the collation the product runs on: code points, Chinese letters known to pg_trgm."""
    await admin.execute(
        f"CREATE DATABASE {name} OWNER {_OWNER} TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
    )


@contextlib.asynccontextmanager
async def cloned(server_url: str, migrations: Path) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database, as the role that serves; dropped at the end."""
    template = await _template(server_url, migrations)
    name = f"test_{uuid7().hex}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"CREATE DATABASE {name} OWNER {_OWNER} TEMPLATE {template} STRATEGY FILE_COPY")
        await admin.execute(
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {_SERVING}"
        )
        try:
            yield database_url(server_url, name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()

"""Migrations: alembic, run by the service itself under a lock, skipped quickly when nothing is to do."""

import asyncio
import re
from pathlib import Path
from typing import Any

import asyncpg

from . import roles

_LOCK = 0x6D696772617465  # "migrate"
_REVISION = re.compile(r"^revision(?:\s*:\s*str)?\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)


class DatabaseNewerThanCode(RuntimeError):
    """The database was migrated by a newer release than this one."""


def head_revision(migrations: Path) -> str:
    """The newest revision id; ids are zero-padded numbers, so the greatest is the newest."""
    found = [_REVISION.search(path.read_text()) for path in (migrations / "versions").glob("*.py")]
    return max(match[1] for match in found if match)


async def is_current(url: str, migrations: Path) -> bool:
    """Whether the database is at the head, found out without importing alembic (it costs half a second)."""
    head = head_revision(migrations)
    connection = await asyncpg.connect(url, timeout=10)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return False
        present = await connection.fetchval("SELECT version_num FROM alembic_version")
        if present is not None and present > head:
            raise DatabaseNewerThanCode(
                f"the database is at {present}, this release knows {head}: upgrade it"
            )
        return present == head
    finally:
        await connection.close()


def upgrade(url: str, migrations: Path, revision: str = "head") -> None:
    """Migrates up; blocking. Several instances may call it at once: one works, the others wait."""
    from alembic import command

    command.upgrade(_config(url, migrations), revision)


async def bring_up(owner_url: str, serving_url: str, migrations: Path) -> None:
    """Migrates as the owner where something is to do, and sees to what the role that serves may and may not."""
    if not await is_current(owner_url, migrations):
        await asyncio.to_thread(upgrade, owner_url, migrations)
    await roles.grant_serving(owner_url, serving_url)


def downgrade(url: str, migrations: Path, revision: str) -> None:
    from alembic import command

    command.downgrade(_config(url, migrations), revision)


def _config(url: str, migrations: Path) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def run_env(metadata: Any) -> None:
    """The whole of a service's `migrations/env.py`."""
    import sqlalchemy as sa
    from alembic import context
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    def migrate(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        context.run_migrations()

    async def main() -> None:
        url = context.config.attributes["url"]
        engine = create_async_engine(
            re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", url), poolclass=NullPool
        )
        async with engine.connect() as connection, connection.begin():
            await connection.run_sync(migrate)
        await engine.dispose()

    asyncio.run(main())

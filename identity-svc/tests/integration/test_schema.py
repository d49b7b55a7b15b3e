"""The migrations make the tables the code declares, and can be undone."""

import asyncio
from pathlib import Path

import asyncpg
import identity_svc
from chassis.db import migrate
from chassis.testing import assert_migrations_match
from chassis.testing.databases import owner_url
from identity_svc.persistence.tables import metadata

MIGRATIONS = Path(identity_svc.__file__).parent / "migrations"


async def test_the_migrations_make_the_declared_tables(fresh_database):
    async with fresh_database(MIGRATIONS) as url:
        await assert_migrations_match(metadata, url)


async def test_the_migrations_can_be_undone_and_done_again(fresh_database):
    async with fresh_database(MIGRATIONS) as url:
        await asyncio.to_thread(migrate.downgrade, owner_url(url), MIGRATIONS, "base")
        connection = await asyncpg.connect(url)
        left = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        await connection.close()
        assert {row["tablename"] for row in left} <= {"alembic_version"}
        await asyncio.to_thread(migrate.upgrade, owner_url(url), MIGRATIONS)
        await assert_migrations_match(metadata, url)

from catalog_svc.persistence.tables import metadata
from chassis.testing import assert_migrations_match


async def test_migrations_make_the_declared_tables(database: str):
    await assert_migrations_match(metadata, database)

"""Where something still stands in a service's database, whatever the table."""

from uuid import UUID

import asyncpg

from ..people.fates import CHASSIS_FATES, Fates

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
_WHERE = """SELECT DISTINCT '{0}.' || pair.name FROM "{0}" t, jsonb_each_text(to_jsonb(t)) AS pair (name, said)
 WHERE pair.said LIKE '%' || $1 || '%' OR pair.said LIKE '%' || $2 || '%'"""


async def traces_of(pool: asyncpg.Pool, wanted: UUID) -> set[str]:
    """`table.column` of each value that has this id in it, as it is or inside JSON, text or bytes."""
    as_text = str(wanted)
    statement = " UNION ".join(_WHERE.format(row[0]) for row in await pool.fetch(_TABLES))
    return {row[0] for row in await pool.fetch(statement, as_text, as_text.encode().hex())}


def stays(fates: Fates) -> set[str]:
    """`table.column` of all that may still name somebody whose account was erased."""
    return {
        f"{table}.{column}" for table, fate in {**CHASSIS_FATES, **fates}.items() for column in fate.stays
    }

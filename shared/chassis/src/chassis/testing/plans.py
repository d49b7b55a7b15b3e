"""The plan PostgreSQL follows for a statement of ours: made once, without looking at its values."""

from uuid import uuid4

import asyncpg


async def plan_of(connection: asyncpg.Connection, sql: str) -> str:
    """`sql`'s generic plan as EXPLAIN writes it; nothing is run and `sql` needs no arguments."""
    name = f"explained_{uuid4().hex}"
    await connection.execute(f"PREPARE {name} AS {sql}")
    parameters = await connection.fetchval(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = $1", name
    )
    arguments = f"({', '.join(['NULL'] * parameters)})" if parameters else ""
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    rows = await connection.fetch(f"EXPLAIN EXECUTE {name}{arguments}")
    await connection.execute(f"DEALLOCATE {name}")
    return "\n".join(row[0] for row in rows)


async def unindexed(connection: asyncpg.Connection, sql: str) -> str | None:
    """The plan of `sql` where it would walk through a whole table or index, however few rows there are now.

    None: each table is entered by a condition on an index.
    """
    await connection.execute("SET enable_seqscan = off")
    plan = await plan_of(connection, sql)
    await connection.execute("RESET enable_seqscan")
    lines = plan.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if "Seq Scan" in line or ("Index" in line and "Scan" in line and "Index Cond" not in following):
            return plan
    return None

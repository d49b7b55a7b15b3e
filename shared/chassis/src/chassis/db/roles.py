"""Who owns the tables and who serves: two roles, so that whoever breaks into the service cannot rewrite its audit log.

The owner migrates (MIGRATION_DATABASE_URL). The role that serves (DATABASE_URL) reads and writes rows, and appends to
the audit log and to tables that say of themselves that they are append-only; it owns nothing, and can neither alter nor
truncate a table. What must go from such a table after all goes by a function of the owner that a migration made
(SECURITY DEFINER, taken from PUBLIC there), which takes what the law wants gone and nothing else.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

_LOCK = 0x6D696772617465  # the migrations': one instance after the other
_APPEND_ONLY = ("audit_log", "audit_seal", "audit_witness")
_SAYS_SO = "coalesce(obj_description(oid, 'pg_class'), '') LIKE 'append-only%'"
"""How a service's own table says it: its comment begins so (`comment=` in tables.py, and in the migration)."""
_READ_ONLY = ("alembic_version",)
_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_CHANGES = "UPDATE, DELETE, TRUNCATE"

_TABLES = f"""SELECT format('%I', relname) FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL($1::text[])
 AND NOT has_table_privilege($2, oid, $3) AND NOT ($3 IN ('UPDATE', 'DELETE') AND {_SAYS_SO})"""
_FUNCTIONS = """SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
 AND NOT has_function_privilege($1, oid, 'EXECUTE')"""
_CHANGEABLE = f"""SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
 AND relkind IN ('r', 'p') AND (relname = ANY($1::text[]) OR {_SAYS_SO})
 AND has_table_privilege($2, oid, 'UPDATE, DELETE, TRUNCATE') ORDER BY relname"""


def user_of(url: str) -> str:
    """The role a database URL logs in as."""
    return unquote(urlsplit(url).username or "")


async def grant_serving(owner_url: str, serving_url: str) -> None:
    """Gives the role of `serving_url` what it needs, and takes what it may not have; by the owner, at every start.

    Does nothing where everything is as it should be, so that many instances starting change nothing.
    """
    role = user_of(serving_url)
    if role == user_of(owner_url):
        return
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            for statement in await _missing(connection, role):
                await connection.execute(statement)
    finally:
        await connection.close()


async def _missing(connection: asyncpg.Connection, role: str) -> list[str]:
    quoted = await connection.fetchval("SELECT quote_ident($1)", role)
    found = []
    for privilege in _ROWS:
        spared = _READ_ONLY if privilege == "SELECT" else ()
        limited = (*_APPEND_ONLY, *_READ_ONLY) if privilege in ("UPDATE", "DELETE") else _READ_ONLY
        tables = await connection.fetch(_TABLES, list(set(limited) - set(spared)), role, privilege)
        if tables:
            found.append(f"GRANT {privilege} ON {', '.join(row[0] for row in tables)} TO {quoted}")
    sequences = await connection.fetch(
        """SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
 AND CASE relkind WHEN 'S' THEN NOT has_sequence_privilege($1, oid, 'USAGE') END""",
        role,
    )
    found += [f"GRANT USAGE, SELECT, UPDATE ON SEQUENCE {row[0]} TO {quoted}" for row in sequences]
    functions = await connection.fetch(_FUNCTIONS, role)
    found += [f"GRANT EXECUTE ON FUNCTION {row[0]} TO {quoted}" for row in functions]
    for table in await _changeable(connection, role):
        found.append(f"REVOKE {_CHANGES} ON {table} FROM {quoted}, PUBLIC")
    return found


async def _changeable(connection: asyncpg.Connection, role: str) -> list[str]:
    return [row[0] for row in await connection.fetch(_CHANGEABLE, list(_APPEND_ONLY), role)]


async def changeable_by_us(connection: asyncpg.Connection) -> list[str]:
    """Append-only tables whose rows the connected role could alter or remove; empty is how it should be."""
    return await _changeable(connection, await connection.fetchval("SELECT current_user"))

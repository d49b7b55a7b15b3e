"""The connection pool of a service."""

import asyncpg
import orjson


def _encode_json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """jsonb and json travel as Python objects."""
    for kind in ("jsonb", "json"):
        await connection.set_type_codec(
            kind, encoder=_encode_json, decoder=orjson.loads, schema="pg_catalog", format="text"
        )


async def _no_reset(connection: asyncpg.Connection) -> None:
    # asyncpg's default asks the server to RESET ALL at every release: a round trip per request. Nothing here
    # changes session state; locks that outlive a transaction are taken on dedicated connections only.
    return None


async def open_pool(url: str, *, size: int, application_name: str) -> asyncpg.Pool:
    """A pool of up to `size` connections; statements time out after 30 s, forgotten transactions after 60 s."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=prepare_connection,
        reset=_no_reset,
        max_inactive_connection_lifetime=300,
        server_settings=session_settings(application_name),
        timeout=10,
    )


def session_settings(application_name: str) -> dict[str, str]:
    return {
        "application_name": application_name,
        "statement_timeout": "30000",
        "idle_in_transaction_session_timeout": "60000",
        "synchronous_commit": "on",
        "timezone": "UTC",
    }


async def dedicated_connection(url: str, application_name: str) -> asyncpg.Connection:
    """A connection outside the pool: for advisory locks and LISTEN, which live and die with it."""
    settings = session_settings(application_name) | {"idle_in_transaction_session_timeout": "0"}
    connection = await asyncpg.connect(url, timeout=10, server_settings=settings)
    await prepare_connection(connection)
    return connection

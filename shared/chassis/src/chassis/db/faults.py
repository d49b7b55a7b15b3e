"""Telling a broken database from a broken message."""

import asyncpg

_CLASSES = ("08", "53", "57", "58", "XX")


def is_infrastructure(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL or the way to it is down, full or stopping: no statement's fault."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in _CLASSES and not isinstance(error, asyncpg.QueryCanceledError)
    # InternalClientError: asyncpg's own word for a connection that broke in the middle of an operation.
    return isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)

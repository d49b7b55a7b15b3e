"""Rows on their way into the services' databases."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import asyncpg

Columns = Mapping[str, tuple[str, ...]]
"""By table the columns of its rows, in the order they are copied; parents before children."""


class Batch:
    """Rows by service and table. `copy` sends those of one service in one transaction."""

    def __init__(self, columns: Mapping[str, Columns]) -> None:
        self._columns = columns
        self._rows: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)

    def add(self, service: str, table: str, *values: Any) -> None:
        self._rows[service, table].append(values)

    async def copy(self, service: str, connection: asyncpg.Connection) -> int:
        """How many rows it were."""
        copied = 0
        async with connection.transaction():
            for table, columns in self._columns[service].items():
                if rows := self._rows.get((service, table)):
                    await connection.copy_records_to_table(table, records=rows, columns=columns)
                    copied += len(rows)
        return copied

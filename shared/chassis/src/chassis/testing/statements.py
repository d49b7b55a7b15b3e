"""What units of work say to the database: for tests that hold a path to its number of round trips."""

from collections.abc import Iterator
from typing import Any

import pytest

from ..db.uow import UnitOfWork


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The first word of every statement, BEGIN and COMMIT included, as one round trip each; clear it between steps."""
    words: list[str] = []
    run = UnitOfWork._run

    async def listening(self: UnitOfWork, method: str, connection: Any, sql: str, args: Any) -> Any:
        words.append(sql.split()[0])
        return await run(self, method, connection, sql, args)

    monkeypatch.setattr(UnitOfWork, "_run", listening)
    yield words

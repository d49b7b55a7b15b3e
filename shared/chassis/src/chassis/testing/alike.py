"""What a request is answered and what it took: for tests that two strangers cannot be told apart by either."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from ..db.uow import UnitOfWork

OF_THE_MOMENT = frozenset({"date", "x-request-id", "traceparent"})
"""Headers that differ between any two answers."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, byte by byte, and the work behind it: statements, jobs, events, audit rows, what else was noted."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    work: tuple[str, ...]


@dataclass
class Watch:
    work: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.work.append(what)

    async def see(self, answering: Awaitable[httpx2.Response], *hidden: str) -> Seen:
        """`hidden`: what the caller sent itself, and may read again in the answer."""
        self.work.clear()
        answer = await answering
        body = answer.text
        for own in filter(None, hidden):
            body = body.replace(own, "…")
        headers = tuple(
            sorted((name, value) for name, value in answer.headers.items() if name not in OF_THE_MOMENT)
        )
        headers = tuple((name, "…" if name == "content-length" else value) for name, value in headers)
        return Seen(answer.status_code, headers, body, tuple(self.work))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Notes each statement as it is written, without its arguments, and each kind of job, event and audit row."""
    watching = Watch()
    run = UnitOfWork._run

    async def running(self: UnitOfWork, method: str, connection: Any, sql: str, args: Any) -> Any:
        watching.note(" ".join(sql.split()))
        return await run(self, method, connection, sql, args)

    def noting(name: str, word: str) -> Any:
        original = getattr(UnitOfWork, name)

        def noted(self: UnitOfWork, what: Any, *args: Any, **more: Any) -> Any:
            watching.note(f"{word} {getattr(what, 'TYPE', what)}")
            return original(self, what, *args, **more)

        return noted

    for name, word in (("enqueue", "job"), ("emit", "event"), ("audit", "audit")):
        monkeypatch.setattr(UnitOfWork, name, noting(name, word))
    monkeypatch.setattr(UnitOfWork, "_run", running)
    yield watching

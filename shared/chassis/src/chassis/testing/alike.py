"""What a request is answered and what it took: for tests that two strangers cannot be told apart by either."""

import re
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from ..db.uow import UnitOfWork

OF_THE_MOMENT = frozenset({"date", "x-request-id", "traceparent"})
"""Headers that differ between any two answers."""
_FRESH = re.compile(r"[A-Za-z0-9_-]{20,}={0,2}|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?")
"""Ids, tokens and moments: made for this answer alone, of one length."""


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

    async def see(
        self, answering: Awaitable[httpx2.Response], *hidden: str, fresh: re.Pattern[str] = _FRESH
    ) -> Seen:
        """`hidden`: what the caller sent itself, and may read again in the answer. `fresh`: what differs each time."""
        self.work.clear()
        answer = await answering
        work = tuple(self.work)

        def shown(text: str) -> str:
            for own in filter(None, hidden):
                text = text.replace(own, "…")
            return _FRESH.sub("…", fresh.sub("…", text))

        length = ("content-length", "…")
        headers = [(name, shown(value)) for name, value in answer.headers.multi_items()]
        kept = sorted(
            one if one[0] != length[0] else length for one in headers if one[0] not in OF_THE_MOMENT
        )
        return Seen(answer.status_code, tuple(kept), shown(answer.text), work)


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

"""One row of the table tried against a running service: who is turned away learns and changes nothing."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from chassis.testing import Running, bearer

from .table import ALLOW, COLUMNS, DENY, Row

METHODS = {"get", "post", "put", "patch", "delete"}
FOR_COMPANIES = {"company", "company≠", "agent", "agent≠scope"}
TURNED_AWAY = {401, 403, 404}
TOLD = {"type", "title", "status", "detail", "request_id", "instance"}
Tokens = dict[str, str | None]


@dataclass(frozen=True)
class Object:
    """What an operation is tried on. `path`: the values of the path's parameters."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


Make = Callable[[str], Awaitable[Object]]
"""A fresh object whose owner is a `citizen` or a `company`, in the unit the officers of the table are of."""


async def nothing(_: str) -> Object:
    return Object()


@dataclass(frozen=True)
class Call:
    """How an operation is called; `make` gives what it is called on."""

    make: Make = nothing
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    reads: bool = False
    """Whoever may gets 200: asserted, and one object does for all."""


def operations(running: Running) -> set[str]:
    """Every operation of the service's API document, `GET /api/cases/{case_id}`."""
    document = running.service.app().openapi()
    return {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method in METHODS
    }


async def standing(running: Running, without: Collection[str] = ()) -> dict[str, Any]:
    """All that the database holds, table by table, as numbers of rows and a digest of what they say."""
    pool = running.service.pool
    names = [
        row[0]
        for row in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        if row[0] not in without
    ]
    one = "SELECT '{0}' AS name, count(*) AS rows, md5(string_agg(t::text, '|' ORDER BY t::text)) AS says FROM \"{0}\" t"
    found = await pool.fetch(" UNION ALL ".join(one.format(name) for name in names))
    return {row["name"]: (row["rows"], row["says"]) for row in found}


async def ask(
    running: Running, operation: str, call: Call, what: Object, token: str | None
) -> httpx2.Response:
    method, path = operation.split(" ")
    headers = {**call.headers, **(bearer(token) if token else {})}
    if method != "GET":
        headers["Idempotency-Key"] = str(uuid4())
    return await running.client.request(
        method, path.format(**what.path), params=what.query, headers=headers, json=call.json,
        content=call.content,
    )  # fmt: skip


def owner(column: str) -> str:
    return "company" if column in FOR_COMPANIES else "citizen"


class Trial:
    """Tries rows; `secrets` must never stand in what those are told who are turned away."""

    def __init__(self, running: Running, tokens: Tokens, secrets: Collection[str]) -> None:
        self.running, self.tokens, self.secrets = running, tokens, secrets

    async def denied(self, operation: str, call: Call, row: Row) -> list[str]:
        """What is wrong with the row's denials; empty: nothing."""
        columns = [name for name in COLUMNS if row[name] == DENY]
        objects = {who: await call.make(who) for who in {owner(name) for name in columns}}
        before = await standing(self.running)
        wrong = []
        for column in columns:
            answer = await ask(self.running, operation, call, objects[owner(column)], self.tokens[column])
            wrong += [f"{operation} as {column}: {said}" for said in self._wrong(answer)]
        after = await standing(self.running)
        changed = [name for name in before if before[name] != after[name]]
        return wrong + ([f"{operation}: who was turned away changed {changed}"] if changed else [])

    def _wrong(self, answer: httpx2.Response) -> list[str]:
        if answer.status_code not in TURNED_AWAY:
            return [f"let in with {answer.status_code}"]
        more = set(answer.json()) - TOLD
        leaked = [secret for secret in self.secrets if secret in answer.text]
        return [f"told {found}" for found in (more, leaked) if found]

    async def allowed(self, operation: str, call: Call, row: Row) -> list[str]:
        """What is wrong with what the row allows. Whatever else stands in the way (409, 422) is not its matter."""
        wrong, kept = [], {}
        for column in (name for name in COLUMNS if row[name] == ALLOW):
            who = owner(column)
            what = kept[who] if call.reads and who in kept else await call.make(who)
            kept[who] = what
            answer = await ask(self.running, operation, call, what, self.tokens[column])
            if answer.status_code in TURNED_AWAY or (call.reads and answer.status_code != 200):
                wrong.append(f"{operation} as {column}: {answer.status_code} {answer.text[:200]}")
        return wrong

    async def seen(self, operation: str, call: Call) -> Row:
        """The row as the service behaves now: to compare with, never to copy unread."""
        row = {}
        for column in COLUMNS:
            answer = await ask(
                self.running, operation, call, await call.make(owner(column)), self.tokens[column]
            )
            row[column] = DENY if answer.status_code in TURNED_AWAY else ALLOW
        return row


def same_operations(running: Running, rows: Collection[str], calls: Collection[str]) -> None:
    """AssertionError: an operation without a row or a way to try it, or a row without an operation."""
    there = operations(running)
    assert not there - set(rows), "an operation without a row in table.md"
    assert not set(rows) - there, "a row in table.md without an operation"
    assert not there ^ set(calls), "each operation needs a Call here that tries it"

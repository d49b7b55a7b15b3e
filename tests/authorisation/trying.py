"""One row of a table tried against a running service: each cell, what is answered and what is changed by it."""

import json
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
from chassis.ids import uuid7
from chassis.testing import Running, bearer

from .callers import OWNERS, owner
from .streams import first_of
from .table import DENIED, MAY, NONE_OF_IT, REFUSED, Row, operation_of

METHODS = {"get", "post", "put", "patch", "delete"}
TURNED_AWAY = {401, 403, 404}
REFUSING = (403, 409)
NO_EFFECT = {"idempotency_key"}
"""Tables that a call may fill without having done anything."""
Tokens = dict[str, str | None]


@dataclass(frozen=True)
class Object:
    """What an operation is tried on. `path`: the values of the path's parameters.

    `shows`: what the answers to those who may see it say, and no other answer; else the path's values.
    `private`: what its owner is shown, and who acts for them, and nobody else who may see the object.
    `absent`: values of the path for what does not exist, where they cannot be made up (`made_up`).
    """

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    json: Any = None
    """Instead of the call's, where the body names the object; so are the next two."""
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def made_up(self) -> "Object":
        """The same of something that does not exist."""
        path = {name: self.absent.get(name) or _other(value) for name, value in self.path.items()}
        return replace(self, path=path)


def _other(value: str) -> str:
    try:
        UUID(value)
        return str(uuid7())
    except ValueError:
        mirrored = "".join(str(9 - int(one)) if one.isdecimal() else one for one in value)
        if mirrored == value:
            raise ValueError(f"say in `absent` what is like {value} and does not exist") from None
        return mirrored


Make = Callable[[str], Awaitable[Object]]
"""A fresh object whose owner is a `citizen` or a `company`, in the unit the officers of the table are of."""


async def nothing(_: str) -> Object:
    return Object()


@dataclass(frozen=True)
class Call:
    """How an operation is called; `make` gives what it is called on.

    Whoever may is answered 2xx and shown the object (`reads`), or has changed something in the database.
    """

    make: Make = nothing
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    reads: bool = False
    changes: bool = True
    """False: whoever may changes nothing here; the answer is all there is."""
    streams: bool = False
    """The answer would not end: its beginning is enough."""
    first: tuple[str, Any] | None = None
    """What the caller calls before, an operation and its body: who did this may do more."""
    asker: str = "identity-svc"
    """The service that column `service` is."""
    refused_with: tuple[int, ...] = REFUSING
    """Statuses that refuse who knows of the object."""
    counts: tuple[str, ...] = ()
    """Tables that count who tries in vain."""
    compares: bool = True
    """Who is turned away is answered as if there were nothing; False where that cannot be asked."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    problem: dict[str, Any] = field(default_factory=dict)

    def said_of(self, what: Object) -> dict[str, Any]:
        """What a problem says of the object: all but which request it was, and what the caller sent."""
        sent = re.compile("|".join(rf"\b{re.escape(value)}\b" for value in what.path.values()))
        return {
            name: sent.sub("…", said) if isinstance(said, str) else said
            for name, said in self.problem.items()
            if name not in ("request_id", "instance") and str(said) not in what.path.values()
        }


def operations(document: dict[str, Any]) -> dict[str, str]:
    """Every operation of an API document and what it does: `GET /api/cases/{case_id}` → 办件详情；民警查看会留痕."""
    return {
        f"{method.upper()} {path}": about.get("summary", "").partition(" · ")[0]
        for path, item in document["paths"].items()
        for method, about in item.items()
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
    one = (
        "SELECT '{0}' AS name, count(*) AS rows, md5(string_agg(t::text, '|' ORDER BY t::text)) AS says"
        ' FROM "{0}" t'
    )
    found = await pool.fetch(" UNION ALL ".join(one.format(name) for name in names))
    return {row["name"]: (row["rows"], row["says"]) for row in found}


async def ask(running: Running, operation: str, call: Call, what: Object, token: str | None) -> Answer:
    method, path = operation_of(operation).split(" ")
    headers = {**call.headers, **what.headers, **(bearer(token) if token else {})}
    if call.streams:
        status, text = await first_of(running, path.format(**what.path), headers)
        return Answer(status, text, json.loads(text) if status >= 400 else {})
    if method != "GET":
        headers["Idempotency-Key"] = str(uuid4())
    answer: httpx2.Response = await running.client.request(
        method, path.format(**what.path), params=what.query, headers=headers, content=what.content or call.content,
        json=call.json if what.json is None else what.json,
    )  # fmt: skip
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return Answer(answer.status_code, answer.text, answer.json() if is_problem else {})


class Trial:
    """Tries rows; `secrets` never stand in what those are told who may not see the object."""

    def __init__(self, running: Running, tokens: Tokens, secrets: Collection[str]) -> None:
        self.running, self.tokens, self.secrets = running, tokens, secrets

    async def denied(self, operation: str, call: Call, row: Row) -> list[str]:
        """What is wrong with the row's denials; empty: nothing."""
        columns = row.columns(DENIED, REFUSED)
        objects = {who: await call.make(who) for who in {owner(column) for column in columns}}
        for column in columns:
            await self._begin(call, objects[owner(column)], column)
        before = await standing(self.running, call.counts)
        wrong = []
        for column in columns:
            what = objects[owner(column)]
            answer = await self._ask(operation, call, what, column)
            found = self._leaks(answer, what)
            if row.signs[column] == REFUSED:
                found += [] if answer.status in call.refused_with else [f"not refused: {answer.status}"]
            elif answer.status not in TURNED_AWAY:
                found += [f"let in with {answer.status}"]
            elif call.compares and what.path:
                nothing = what.made_up()
                absent = await self._ask(operation, call, nothing, column)
                told = f"learns that it is there: {answer.text}, not {absent.text}"
                found += [] if absent.said_of(nothing) == answer.said_of(what) else [told]
            wrong += [f"{operation} as {column}: {said}" for said in found]
        after = await standing(self.running, call.counts)
        changed = [name for name in before if before[name] != after[name]]
        return wrong + ([f"{operation}: who was turned away changed {changed}"] if changed else [])

    async def allowed(self, operation: str, call: Call, row: Row) -> list[str]:
        """What is wrong with what the row allows; empty: nothing."""
        wrong, kept = [], {}
        for column in row.columns(MAY, NONE_OF_IT):
            who = owner(column)
            what = kept[who] if call.reads and who in kept else await call.make(who)
            kept[who] = what
            await self._begin(call, what, column)
            found = await self._granted(operation, call, what, column, row.signs[column])
            wrong += [f"{operation} as {column}: {said}" for said in found]
        return wrong

    async def _granted(self, operation: str, call: Call, what: Object, column: str, sign: str) -> list[str]:
        watches = not call.reads and call.changes
        before = await standing(self.running, NO_EFFECT) if watches else {}
        answer = await self._ask(operation, call, what, column)
        if not 200 <= answer.status < 300:
            return [f"{answer.status} {answer.text[:300]}"]
        changed = watches and await standing(self.running, NO_EFFECT) != before
        if sign == NONE_OF_IT:
            return [*self._leaks(answer, what), *(["changed something"] if changed else [])]
        if watches and not changed:
            return ["changed nothing"]
        shows = what.shows or (what.path.values() if call.reads else ())
        if column in OWNERS:
            shows = (*shows, *what.private)
        elif told := [secret for secret in what.private if secret in answer.text]:
            return [f"told {told}, which is its owner's"]
        missing = [shown for shown in shows if call.reads and shown not in answer.text]
        return [f"not shown {missing}: {answer.text[:300]}"] if missing else []

    def _leaks(self, answer: Answer, what: Object) -> list[str]:
        """What the caller sent is no secret; all else of the object is."""
        sent = {*what.path.values(), *what.query.values()}
        leaked = [
            secret for secret in {*self.secrets, *what.shows, *what.private} - sent if secret in answer.text
        ]
        return [f"told {leaked}"] if leaked else []

    async def _begin(self, call: Call, what: Object, column: str) -> None:
        if call.first is not None:
            operation, body = call.first
            await self._ask(operation, Call(json=body), what, column)

    async def _ask(self, operation: str, call: Call, what: Object, column: str) -> Answer:
        token = self.tokens[call.asker if column == "service" else column]
        return await ask(self.running, operation, call, what, token)


def each(rows: Collection[str], calls: dict[str, Call]) -> dict[str, Call]:
    """`calls`, one for each row. AssertionError: a row that nothing tries, or the other way round."""
    assert not set(rows) ^ set(calls), "each row of the table needs a Call that tries it"
    return calls

"""What logging in costs, what ten thousand sessions take, and how long a revoked one is still let in."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import orjson
import psutil
from chassis.sealing import Sealer
from embedded.stack import EmbeddedStack
from joserfc import jwt
from joserfc.jwk import RSAKey

from .measure import percentiles, process_seconds
from .progress import say

_LOGINS = 200
_SESSIONS = 10_000
_REVOKED = 300
_AT_ONCE = 4
_LOOK_SECONDS = 0.005
_PATH = "/api/identity/me/sessions"
"""Answered by identity-svc from the session's own table, so that both it and the gateway remember the token."""
_IDENTITY, _GATEWAY = "identity-svc", "gateway"
# A registered person and their session, as often as there shall be: rows of the same size with the same indexes.
_PEOPLE = """
INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object(
  'id', gen_random_uuid(), 'phone_hash', '\\x' || encode(sha256(random()::text::bytea), 'hex'), 'id_hash', NULL))).*
FROM account a, generate_series(1, $2::int) WHERE a.id = $1 RETURNING id
"""
_THEIR_SESSIONS = """
INSERT INTO session SELECT (jsonb_populate_record(s, jsonb_build_object(
  'id', uuidv7(), 'account_id', owner,
  'device_hash', '\\x' || encode(sha256(random()::text::bytea), 'hex')))).*
FROM session s, unnest($2::uuid[]) AS owner WHERE s.id = $1 RETURNING id, account_id
"""


@dataclass(frozen=True, slots=True)
class _Session:
    id: UUID
    headers: dict[str, str]


async def with_sessions(stack: EmbeddedStack, http: aiohttp.ClientSession) -> dict[str, Any]:
    """`login_cpu_ms`, `sessions_10k_mb` and `revocation_lag_ms`, each with its parts."""
    login = await _login(stack, http)
    sessions, size = await _ten_thousand(stack, http, login.pop("session"))
    return login | size | {"revocation_lag_ms": await _lags(stack, http, sessions[-_REVOKED:])}


async def _login(stack: EmbeddedStack, http: aiohttp.ClientSession) -> dict[str, Any]:
    """CPU of identity-svc and PostgreSQL, argon2 and whatever else they do meanwhile included, a password log-in."""
    url = f"{stack.url(_GATEWAY)}/api/identity/sessions"
    people = [one for one in orjson.loads(stack.folder.demo_accounts.read_bytes()) if one.get("phone")]

    async def log_in(number: int) -> dict[str, Any]:
        person = people[number % len(people)]
        body = {"phone": person["phone"], "password": person["password"]}
        async with http.post(url, json=body) as answer:
            if answer.status != 201:
                raise RuntimeError(f"log-in: {answer.status} {await answer.text()}")
            return dict(await answer.json())

    say(f"{_LOGINS} log-ins by password")
    await _side_by_side([lambda: log_in(0)] * 20)
    before = _cpu(stack)
    opened = await _side_by_side([lambda number=number: log_in(number) for number in range(_LOGINS)])
    used = {
        part: round((seconds - before[part]) * 1000 / _LOGINS, 1) for part, seconds in _cpu(stack).items()
    }
    return {
        "login_cpu_ms": round(sum(used.values()), 1),
        "login_cpu_ms_by_process": used,
        "session": opened[0],
    }


def _cpu(stack: EmbeddedStack) -> dict[str, float]:
    return {part: process_seconds(_pid(stack, part)) for part in (_IDENTITY, "postgres")}


async def _ten_thousand(
    stack: EmbeddedStack, http: aiohttp.ClientSession, like: dict[str, Any]
) -> tuple[list[_Session], dict[str, Any]]:
    """MB that so many sessions of as many people add, each used once: processes, and the table with its indexes."""
    say(f"{_SESSIONS} sessions")
    database = await asyncpg.connect(stack.database_url(_IDENTITY))
    try:
        rows = -await _table_bytes(database)
        sessions = await _open(stack, database, like)
        rows += await _table_bytes(database)
    finally:
        await database.close()
    known = _Session(UUID(like["session_id"]), {"Authorization": f"Bearer {like['access_token']}"})
    # What a process takes under load once and keeps, whoever asks.
    await _side_by_side([lambda: _use(stack, http, known)] * 3_000)
    before = _memory(stack)
    await _side_by_side([lambda session=session: _use(stack, http, session) for session in sessions])
    grown = {part: round((size - before[part]) / 1e6, 1) for part, size in _memory(stack).items()}
    grown["table"] = round(rows / 1e6, 1)
    return sessions, {"sessions_10k_mb": round(sum(grown.values()), 1), "sessions_10k_mb_by_part": grown}


async def _open(stack: EmbeddedStack, database: asyncpg.Connection, like: dict[str, Any]) -> list[_Session]:
    """The rows, copied from a real one, and tokens for them signed with the service's own key."""
    claims = orjson.loads(base64.urlsafe_b64decode(like["access_token"].split(".")[1] + "=="))
    people = await database.fetch(_PEOPLE, UUID(claims["sub"]), _SESSIONS)
    rows = await database.fetch(
        _THEIR_SESSIONS, UUID(like["session_id"]), [person["id"] for person in people]
    )
    key = await _signing_key(stack, database)
    header = {"alg": "RS256", "typ": "JWT", "kid": key.kid}

    def token(session_id: UUID, owner: UUID) -> str:
        own = {"sub": str(owner), "sid": str(session_id), "jti": uuid4().hex}
        return jwt.encode(header, {**claims, **own}, key)

    return [
        _Session(row["id"], {"Authorization": f"Bearer {token(row['id'], row['account_id'])}"})
        for row in rows
    ]


async def _table_bytes(database: asyncpg.Connection) -> int:
    return int(await database.fetchval("SELECT pg_total_relation_size('session')"))


async def _signing_key(stack: EmbeddedStack, database: asyncpg.Connection) -> RSAKey:
    own = stack.around.secrets.services[_IDENTITY]
    row = await database.fetchrow(
        "SELECT kid, private_key FROM signing_key WHERE signs_from <= now() ORDER BY signs_from DESC LIMIT 1"
    )
    pem = Sealer(own.data_keys, own.lookup_key).open(row["private_key"], row["kid"].encode())
    return RSAKey.import_key(pem, {"kid": row["kid"], "use": "sig", "alg": "RS256"})


async def _use(stack: EmbeddedStack, http: aiohttp.ClientSession, session: _Session) -> None:
    async with http.get(stack.url(_GATEWAY) + _PATH, headers=session.headers) as answer:
        if answer.status != 200:
            raise RuntimeError(f"{_PATH}: {answer.status} {await answer.text()}")
        await answer.read()


async def _lags(
    stack: EmbeddedStack, http: aiohttp.ClientSession, sessions: Sequence[_Session]
) -> dict[str, float]:
    """From the answer to the one who ends a session until the gateway first refuses its token."""
    say(f"{len(sessions)} sessions ended")
    url = stack.url(_GATEWAY) + _PATH

    async def lag(session: _Session) -> float:
        async with http.delete(f"{url}/{session.id}", headers=session.headers) as answer:
            if answer.status != 204:
                raise RuntimeError(f"ending a session: {answer.status} {await answer.text()}")
        answered = time.monotonic()
        while True:
            asked = time.monotonic()
            async with http.get(url, headers=session.headers) as answer:
                if answer.status == 401:
                    return asked - answered
            await asyncio.sleep(_LOOK_SECONDS)

    return percentiles(await _side_by_side([lambda session=session: lag(session) for session in sessions]))


async def _side_by_side(works: Sequence[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """All of them, a few at a time, in their order."""
    results: list[Any] = [None] * len(works)
    waiting = iter(enumerate(works))

    async def some() -> None:
        for place, work in waiting:
            results[place] = await work()

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    return results


def _memory(stack: EmbeddedStack) -> dict[str, int]:
    return {
        part: psutil.Process(_pid(stack, part)).memory_full_info().uss
        for part in (_GATEWAY, _IDENTITY, "valkey")
    }


def _pid(stack: EmbeddedStack, part: str) -> int:
    pid = stack.processes[part].pid
    assert pid is not None
    return pid

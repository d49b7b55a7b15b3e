"""Walking the whole chain: every row that was altered, removed, put in later or cut off, up to the last anchor."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from .anchors import Anchored
from .chain import GENESIS, row_hash, seal_hash

_SEALS_A_STEP = 20
_TWICE = "SELECT id FROM audit_seal, unnest(row_ids) sealed (id) GROUP BY id HAVING count(*) > 1 ORDER BY id"
_OUTSIDE = """SELECT id FROM audit_log EXCEPT SELECT unnest(row_ids) FROM audit_seal EXCEPT SELECT id FROM audit_pending
 ORDER BY id"""
_WAITING = (
    """SELECT audit_pending.id, log.at FROM audit_pending LEFT JOIN audit_log log USING (id) ORDER BY id"""
)
LATE = timedelta(minutes=10)
"""How much older than the seal before it a row may be: its transaction and the hosts' clocks take no longer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed; `zh` and `en` say what and where."""

    zh: str
    en: str


@dataclass(slots=True)
class Verdict:
    """What the walk saw; `findings` empty: the log is as it was sealed."""

    seals: int = 0
    rows: int = 0
    waiting: int = 0
    anchors: int = 0
    last_anchor: int = 0
    findings: list[Finding] = field(default_factory=list)

    def say(self, zh: str, en: str) -> None:
        self.findings.append(Finding(zh, en))


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: the hash and time of the seal before."""

    verdict: Verdict
    number: int = 0
    hash: bytes = GENESIS
    sealed_at: datetime | None = None
    hashes: dict[int, bytes] = field(default_factory=dict)


async def verify(connection: asyncpg.Connection, anchors: Sequence[Anchored]) -> Verdict:
    """Walks all seals on one snapshot. `anchors` were read before: what they name was committed by then.

    `connection` reads jsonb as Python objects.
    """
    verdict = Verdict()
    walk = _Walk(verdict)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for seal, rows in _steps(connection):
            _check_seal(walk, seal, rows)
        await _check_the_unsealed(connection, walk)
    _check_anchors(walk, anchors)
    return verdict


async def _steps(connection: asyncpg.Connection) -> AsyncIterator[tuple[Any, dict[int, Any]]]:
    after = -(2**63)
    while True:
        seals = await connection.fetch(
            "SELECT * FROM audit_seal WHERE number > $1 ORDER BY number LIMIT $2", after, _SEALS_A_STEP
        )
        ids = [row_id for seal in seals for row_id in seal["row_ids"]]
        rows = await connection.fetch("SELECT * FROM audit_log WHERE id = ANY($1::bigint[])", ids)
        found = {row["id"]: row for row in rows}
        for seal in seals:
            yield seal, found
        if len(seals) < _SEALS_A_STEP:
            return
        after = seals[-1]["number"]


def _check_seal(walk: _Walk, seal: Any, rows: dict[int, Any]) -> None:
    verdict, number = walk.verdict, seal["number"]
    if number != walk.number + 1:
        verdict.say(
            f"封印 {walk.number + 1} 到 {number - 1} 被删除",
            f"seals {walk.number + 1} to {number - 1} were removed",
        )
    elif seal["previous"] != walk.hash:
        verdict.say(f"封印 {number} 与前一封印不衔接", f"seal {number} does not follow the one before it")
    ids, hashes = seal["row_ids"], seal["row_hashes"]
    if len(ids) != len(hashes) or seal["hash"] != seal_hash(
        seal["previous"], number, seal["sealed_at"], ids, hashes
    ):
        verdict.say(f"封印 {number} 被改动", f"seal {number} was altered")
    for row_id, expected in zip(ids, hashes, strict=False):
        _check_row(walk, number, row_id, expected, rows.get(row_id))
    walk.number, walk.hash, walk.sealed_at = number, seal["hash"], seal["sealed_at"]
    walk.hashes[number] = seal["hash"]
    verdict.seals += 1
    verdict.rows += len(ids)


def _check_row(walk: _Walk, number: int, row_id: int, expected: bytes, row: Any) -> None:
    verdict = walk.verdict
    if row is None:
        verdict.say(f"记录 {row_id}（封印 {number}）被删除", f"row {row_id} (seal {number}) was removed")
    elif row_hash(row) != expected:
        verdict.say(
            f"记录 {row_id}（封印 {number}）被改动，现为 {row['action']}，{row['at']:%Y-%m-%d %H:%M:%S} UTC",
            f"row {row_id} (seal {number}) was altered; it now says {row['action']}, {row['at']:%Y-%m-%d %H:%M:%S} UTC",
        )
    else:
        _check_time(walk, row)


def _check_time(walk: _Walk, row: Any) -> None:
    if walk.sealed_at is not None and row["at"] < walk.sealed_at - LATE:
        walk.verdict.say(
            f"记录 {row['id']} 自称发生于 {row['at']:%Y-%m-%d %H:%M:%S} UTC，却在此后的封印之后才写入",
            f"row {row['id']} claims {row['at']:%Y-%m-%d %H:%M:%S} UTC, and was put in after a later seal",
        )


async def _check_the_unsealed(connection: asyncpg.Connection, walk: _Walk) -> None:
    say = walk.verdict.say
    for row in await connection.fetch(_TWICE):
        say(f"记录 {row['id']} 被封了两次", f"row {row['id']} is sealed twice")
    for row in await connection.fetch(_OUTSIDE):
        say(
            f"记录 {row['id']} 不在任何封印之内，也不在待封之列",
            f"row {row['id']} is in no seal and waits for none",
        )
    for row in await connection.fetch(_WAITING):
        if row["at"] is None:
            say(f"待封的记录 {row['id']} 被删除", f"row {row['id']}, which waits for its seal, was removed")
        else:
            walk.verdict.waiting += 1
            _check_time(walk, row)


def _check_anchors(walk: _Walk, anchors: Iterable[Anchored]) -> None:
    verdict = walk.verdict
    for anchor in anchors:
        head = anchor.head
        verdict.anchors += 1
        if head is None or not anchor.genuine:
            verdict.say(
                f"锚 {anchor.where} 不是本服务写的", f"anchor {anchor.where} was not written by this service"
            )
            continue
        verdict.last_anchor = max(verdict.last_anchor, head.number)
        if head.number > walk.number:
            verdict.say(
                f"日志止于封印 {walk.number}，而锚 {anchor.where} 记有封印 {head.number}：末尾被截断",
                f"the log ends at seal {walk.number}, anchor {anchor.where} knows seal {head.number}: it was cut off",
            )
        elif walk.hashes.get(head.number) != head.hash:
            verdict.say(
                f"封印 {head.number} 与锚 {anchor.where} 所记不同：链被重写",
                f"seal {head.number} is not the one that anchor {anchor.where} knows: the chain was rewritten",
            )

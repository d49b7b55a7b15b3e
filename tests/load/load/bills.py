"""What a bill of a million lines costs: fetched from the sandbox, hash-checked, loaded, matched with as many orders.

Both sides are filled in with the same payments of one day; all of it is equal but what is left out on purpose.
"""

import asyncio
import hashlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
from chassis.clock import now
from chassis.parity.days import bounds, last_closed
from embedded.services import PARTNERS
from embedded.stack import EmbeddedStack
from partners.books import Books

from .measure import cpu_seconds, process_tree
from .progress import say

_SERVICE: Final = "payment-svc"
_MERCHANT: Final = "1900006101"
_ONLY_THEIRS, _ONLY_OURS = 500, 700
_PATIENCE_SECONDS: Final = 600
_AT: Final = "$1::timestamptz + n * interval '80 milliseconds'"
_OURS: Final = (
    f"""INSERT INTO case_due (case_id, kind, case_no, item_code, applicant_id, unit, department, purpose, amount_source,
 amount_cents, requested_at) SELECT md5('case' || n)::uuid, 'fee', 'B' || n, 'HUZHENG-003',
 md5('who' || n % 9999)::uuid, 'XC-HUZHENG', 'HUZHENG', 'fee', 'fixed', 2000, {_AT}
 FROM generate_series(0, $2::int - 1) AS n""",
    f"""INSERT INTO payment_order (id, case_id, applicant_id, purpose, state, version, amount_cents, amount_source,
 created_at, paid_at, paid_channel, booked_at) SELECT md5('order' || n)::uuid, md5('case' || n)::uuid,
 md5('who' || n % 9999)::uuid, 'fee', 'paid', 2, 2000, 'fixed', {_AT}, {_AT}, 'bank', {_AT}
 FROM generate_series(0, $2::int - 1) AS n""",
    f"""INSERT INTO attempt (id, order_id, channel, state, created_at) SELECT md5('attempt' || n)::uuid,
 md5('order' || n)::uuid, 'bank', 'succeeded', {_AT} FROM generate_series(0, $2::int - 1) AS n""",
    f"""INSERT INTO capture (id, channel, transaction_id, attempt_id, order_id, amount_cents, currency, merchant_id,
 paid_at, received_at, pays_order, state) SELECT md5('capture' || n)::uuid, 'bank', '4200' || lpad(n::text, 24, '0'),
 md5('attempt' || n)::uuid, md5('order' || n)::uuid, 2000, 'CNY', '{_MERCHANT}', {_AT}, {_AT}, true, 'applied'
 FROM generate_series(0, $2::int - 1) AS n""",
)


async def the_bill(lines: int) -> dict[str, Any]:
    """`bill_1m_seconds`: from the job's being due to the day's being matched, with the sandbox's writing of the bill;
    `bill_1m_mb`: the most that payment-svc, which does it while it serves, had resident meanwhile.
    """
    day = last_closed(now()) - timedelta(days=1)
    async with _alone() as stack:
        say(f"  filling in {lines} payments of {day} on both sides")
        await _fill(stack, day, lines)
        say("  the bill")
        return await _measured(stack, day, lines)


@asynccontextmanager
async def _alone() -> AsyncIterator[EmbeddedStack]:
    """payment-svc and the sandbox, and what they stand on."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    stack = EmbeddedStack(folder, services=(PARTNERS, _SERVICE))
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _fill(stack: EmbeddedStack, day: date, lines: int) -> None:
    """The first of theirs are missing here, the last of ours there."""
    first = bounds(day)[0]
    sandbox = stack.processes[PARTNERS]
    await sandbox.stop()
    await asyncio.to_thread(_fill_theirs, stack.folder.partners / "books.sqlite", first, lines)
    await sandbox.start()
    connection = await asyncpg.connect(stack.owner_url(_SERVICE), command_timeout=_PATIENCE_SECONDS)
    try:
        await connection.execute("SET statement_timeout = 0")
        for statement in _OURS:
            await connection.execute(statement, first.astimezone(UTC), lines)
        await connection.execute(
            "DELETE FROM capture WHERE id IN"
            " (SELECT md5('capture' || n)::uuid FROM generate_series(0, $1::int - 1) AS n)",
            _ONLY_THEIRS,
        )
        # The other accounts' bills of that day are not fetched meanwhile.
        await connection.execute(
            "UPDATE job SET run_at = now() + interval '1 hour' WHERE kind = 'payment.watch_bills'"
        )
        for table in ("payment_order", "attempt", "capture"):
            await connection.execute(f"VACUUM ANALYZE {table}")
    finally:
        await connection.close()


def _fill_theirs(file: Path, first: datetime, lines: int) -> None:
    Books(file).close()  # makes the tables
    start = round(first.timestamp() * 1000)

    def numbers() -> Iterator[tuple[int, str]]:
        for n in range(lines - _ONLY_OURS):
            yield n, hashlib.md5(f"attempt{n}".encode(), usedforsecurity=False).hexdigest()

    with closing(sqlite3.connect(file)) as books, books:
        books.executemany(
            "INSERT INTO pay_order (out_trade_no, prepay_id, merchant, amount_cents, currency, description, notify_url,"
            f" expires_at, state, created_at) VALUES (?, ?, '{_MERCHANT}', 2000, 'CNY', 'fee', '', 0, 'SUCCESS', ?)",
            ((number, f"wp{n}", start + n * 80) for n, number in numbers()),
        )
        books.executemany(
            "INSERT INTO pay_capture (transaction_id, out_trade_no, amount_cents, captured_at) VALUES (?, ?, 2000, ?)",
            ((f"4200{n:024d}", number, start + n * 80) for n, number in numbers()),
        )


async def _measured(stack: EmbeddedStack, day: date, lines: int) -> dict[str, Any]:
    connection = await asyncpg.connect(stack.owner_url(_SERVICE), command_timeout=_PATIENCE_SECONDS)
    pids = process_tree(stack.processes[_SERVICE].pid)
    for pid in pids:
        _forget_peak(pid)
    before, started = cpu_seconds(stack), time.perf_counter()
    try:
        bill = await connection.fetchval(
            "WITH due AS (INSERT INTO bill (id, channel, payee, day) VALUES (uuidv7(), 'bank', 'treasury', $1)"
            " RETURNING id) INSERT INTO job (kind, key)"
            " SELECT 'payment.fetch_bill', id::text FROM due RETURNING key::uuid",
            day,
        )
        loaded = await _until(connection, "loaded_at", bill) - started
        took = await _until(connection, "matched_at", bill) - started
        after = cpu_seconds(stack)
        row = await connection.fetchrow("SELECT * FROM bill WHERE id = $1", bill)
        found = dict(await connection.fetch("SELECT kind, count(*) FROM bill_difference GROUP BY kind"))
    finally:
        await connection.close()
    theirs, ours = lines - _ONLY_OURS, lines - _ONLY_THEIRS
    seen = (row["lines"], row["our_payments"], row["equal"], found)
    wanted = (theirs, ours, theirs - _ONLY_THEIRS, {"long": _ONLY_THEIRS, "short": _ONLY_OURS})
    if seen != wanted:
        raise RuntimeError(f"the bill was not matched as filled in: {seen}, not {wanted}")
    return {
        "bill_lines": lines,
        "bill_1m_seconds": round(took, 1),
        "bill_1m_loaded_seconds": round(loaded, 1),
        "bill_1m_cpu_seconds": {part: round(after[part] - before[part], 1) for part in before},
        "bill_1m_mb": round(sum(map(_peak_mb, pids)), 1),
    }


async def _until(connection: asyncpg.Connection, column: str, bill: Any) -> float:
    """When it was so."""
    ends = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < ends:
        if await connection.fetchval(f"SELECT {column} IS NOT NULL FROM bill WHERE id = $1", bill):
            return time.perf_counter()
        await asyncio.sleep(0.1)
    problem = await connection.fetchrow("SELECT problem FROM bill WHERE id = $1", bill)
    raise RuntimeError(f"no {column} after {_PATIENCE_SECONDS} s: {problem}")


def _forget_peak(pid: int) -> None:
    """It is counted from here on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024

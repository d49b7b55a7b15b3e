"""Filling a running platform with finished cases."""

import asyncio
import multiprocessing
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from uuid import UUID

import asyncpg
from chassis.clock import now
from embedded.postgres import SUPERUSER
from embedded.stack import EmbeddedStack

from .evaluation_rows import Tally
from .worker import COLUMNS, Context, fill, prepare
from .world import plain, read_world, until_complete

_CHUNK = 1_000
_PROCESSES = 2
_SAY_EVERY = 5.0
_LEVELS = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")

_TALLY = f"""INSERT INTO review_tally AS tally (dimension, day, key, unit, department, {", ".join(_LEVELS)})
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[],
 $9::int[], $10::int[])
ON CONFLICT (dimension, day, key, unit) DO UPDATE SET
 {", ".join(f"{level} = tally.{level} + excluded.{level}" for level in _LEVELS)}"""

# Fives, as the service's own job releases them; what is left over waits for more.
_RELEASE = """WITH numbered AS (
 SELECT id, unit, department, submitted_at, (row_number() OVER (PARTITION BY unit ORDER BY id) - 1) / 5 AS place
 FROM review WHERE batch_id IS NULL),
full_ones AS (SELECT unit, place, uuidv7() AS batch_id, min(department) AS department, max(submitted_at) AS at
 FROM numbered GROUP BY unit, place HAVING count(*) = 5),
batch AS (INSERT INTO review_batch (id, unit, department, released_at)
 SELECT batch_id, unit, department, at FROM full_ones)
UPDATE review SET batch_id = full_ones.batch_id FROM numbered JOIN full_ones USING (unit, place)
WHERE review.id = numbered.id"""


async def seed(
    stack: EmbeddedStack, count: int, applicants: Sequence[UUID], say: Callable[[str], None]
) -> None:
    """Copies `count` finished cases into the four services that keep them, some of `applicants`.

    Raises asyncpg.PostgresError when a row breaks a rule of its table; nothing is made good here.
    """
    say(f"filling in {count:,} finished cases")
    started = time.monotonic()
    context = await _context(stack, count, applicants)
    tally = await _fill(context, say)
    say(f"  all rows copied after {time.monotonic() - started:.0f} s; counting reviews, cleaning up")
    await _count_reviews(stack, tally)
    await asyncio.gather(*(_clean_up(stack, service) for service in COLUMNS))
    await _checkpoint(stack)
    elapsed = time.monotonic() - started
    say(f"  {count:,} cases in {elapsed:.0f} s ({count / elapsed:,.0f} a second)")


async def _context(stack: EmbeddedStack, count: int, applicants: Sequence[UUID]) -> Context:
    connection = await asyncpg.connect(stack.database_url("case-svc"))
    try:
        await until_complete(connection, await _published(stack))
        rows = await read_world(connection)
        first = 1 + max(
            await connection.fetchval("SELECT nextval('case_no_seq')"),
            await connection.fetchval("SELECT nextval('document_serial_seq')"),
        )
        for sequence in ("case_no_seq", "document_serial_seq"):
            await connection.execute("SELECT setval($1::text::regclass, $2)", sequence, first + count)
    finally:
        await connection.close()
    secrets = stack.around.secrets
    return Context(
        total=count,
        first=first,
        now=now(),
        world=plain(rows),
        urls={service: stack.database_url(service) for service in COLUMNS},
        keys={name: (own.data_keys, own.lookup_key) for name, own in secrets.services.items()},
        document_key=secrets.document_key,
        applicants=tuple(applicants),
    )


async def _published(stack: EmbeddedStack) -> int:
    """How many items the catalogue offers."""
    connection = await asyncpg.connect(stack.database_url("catalog-svc"))
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM published_item")
    finally:
        await connection.close()
    return count


async def _fill(context: Context, say: Callable[[str], None]) -> Tally:
    loop, tally, done, rows = asyncio.get_running_loop(), Counter(), 0, 0
    said = started = time.monotonic()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, spawn, initializer=prepare, initargs=(context,)) as pool:
        chunks = [
            loop.run_in_executor(pool, fill, begin, min(begin + _CHUNK, context.total))
            for begin in range(0, context.total, _CHUNK)
        ]
        for chunk in asyncio.as_completed(chunks):
            cases, copied, reviews = await chunk
            done, rows = done + cases, rows + copied
            tally.update(reviews)
            if time.monotonic() - said > _SAY_EVERY:
                said = time.monotonic()
                say(
                    f"  {done:,} of {context.total:,} cases, {rows:,} rows, {done / (said - started):,.0f} cases/s"
                )
    return tally


async def _count_reviews(stack: EmbeddedStack, tally: Tally) -> None:
    rows: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * len(_LEVELS))
    for (*place, level), times in tally.items():
        rows[tuple(place)][_LEVELS.index(level)] += times
    connection = await asyncpg.connect(stack.database_url("evaluation-svc"))
    try:
        ordered = [
            (d, date.fromisoformat(day), k, u, dep, *n) for (d, day, k, u, dep), n in sorted(rows.items())
        ]
        if ordered:
            await connection.execute(_TALLY, *(list(column) for column in zip(*ordered, strict=True)))
        await connection.execute(_RELEASE)
    finally:
        await connection.close()


async def _clean_up(stack: EmbeddedStack, service: str) -> None:
    """As autovacuum would have done over a year."""
    connection = await asyncpg.connect(stack.owner_url(service))
    try:
        for table in COLUMNS[service]:
            await connection.execute(f"VACUUM (ANALYZE) {table}", timeout=1800)
        if service == "evaluation-svc":
            await connection.execute("VACUUM (ANALYZE) review_tally, review_batch", timeout=600)
    finally:
        await connection.close()


async def _checkpoint(stack: EmbeddedStack) -> None:
    """So that writing the seed to its files does not fall into the measured run."""
    around = stack.around
    connection = await asyncpg.connect(
        host="127.0.0.1", port=around.ports["postgres"], user=SUPERUSER, database="postgres",
        password=around.secrets.postgres_password,
    )  # fmt: skip
    try:
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()

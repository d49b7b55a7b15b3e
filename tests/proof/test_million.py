"""A city's cases of years: everything people look at is found by an index."""

import os

import asyncpg
import pytest
from demo.api import until
from embedded.stack import EmbeddedStack
from load.bench import platform
from load.progress import say
from load.run import Crowd, crowd
from load.seed import seed
from load.seed.check import check

from .plans import PlanLog, Scan, big_tables, explained
from .readings import Cast, Readings

CASES = int(os.environ.get("PROOF_CASES") or 1_000_000)
"""Seeded cases; PROOF_CASES=20000 takes a minute and a half."""
BIG = 10_000
"""Rows from which on no table may be read whole."""
ROUNDS = 8
"""Readings of each kind: from the sixth on PostgreSQL may plan without looking at the values."""

NO_INDEX = "SELECT count(*) FROM cases WHERE version < 0"
BALANCES = "SELECT account, sum(moved)::bigint AS balance FROM ("
"""Added up from every entry each time, on purpose: the books are checked by it, and operators alone ask for it."""

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("proof")]


@pytest.mark.long
@pytest.mark.timeout(10_800)
async def test_a_million_cases_are_read_by_indexes():
    async with platform(None) as stack, crowd(stack) as people:
        owners = [citizen.id for citizen in people.citizens if citizen.id]
        await seed(stack, CASES, owners, say)
        await people.refresh()
        opened = await check(people.http, stack.url("gateway"), people.citizens)
        say(f"{opened} of them opened, their documents verified")
        readings = Readings(people.http, stack.url("gateway"))
        async with explained(stack) as plans:
            cast = await _cast(stack, people)
            for _ in range(ROUNDS):
                await readings.all(cast)
            scans = await _scans(stack, plans)
        big = await big_tables(stack, BIG)
    for line in readings.told():
        say(line)
    say(f"{plans.count:,} plans looked at; {len(big)} tables of {BIG:,} rows and more")
    assert plans.count > ROUNDS * len(readings.seconds)
    whole = {
        str(scan)
        for scan in scans
        if (scan.database, scan.table) in big and scan.statement not in (NO_INDEX, BALANCES)
    }
    assert not whole, "\n".join(sorted(whole))


async def _scans(stack: EmbeddedStack, plans: PlanLog) -> set[Scan]:
    """All of them so far: one more is made on purpose, and once that is told, so are those before it."""
    connection = await asyncpg.connect(stack.database_url("case-svc"))
    await connection.execute(NO_INDEX)
    await connection.close()

    async def told() -> set[Scan] | None:
        scans = plans.scans()
        return scans if any(scan.statement == NO_INDEX for scan in scans) else None

    return await until("计划写入日志", told)


async def _cast(stack: EmbeddedStack, people: Crowd) -> Cast:
    password = stack.around.secrets.demo_password
    officer, supervisor, operator = [
        await people.registrar.officer(badge_no, password)
        for badge_no in ("XC-HUZHENG-1", "HUZHENG-S", "OPERATOR-1")
    ]
    return Cast(people.citizens[0], officer, supervisor, operator)

"""Migrations make what the code declares; hot statements use their indexes."""

import asyncio
from pathlib import Path

import asyncpg
import payment_svc
import pytest
from chassis.db import migrate
from chassis.db.pool import open_pool
from chassis.testing import assert_migrations_match, plan_of
from chassis.testing.databases import owner_url
from chassis.testing.plans import unindexed
from payment_svc.persistence import attempts, bill_differences, differences, money, orders, parity, views
from payment_svc.persistence.tables import metadata


async def test_migrations_make_the_declared_tables(database):
    await assert_migrations_match(metadata, database)


async def test_migrations_can_be_taken_back(database):
    folder = Path(payment_svc.__file__).parent / "migrations"
    await asyncio.to_thread(migrate.downgrade, owner_url(database), folder, "base")
    await asyncio.to_thread(migrate.upgrade, owner_url(database), folder)
    await assert_migrations_match(metadata, database)


SEED = [
    """INSERT INTO case_due SELECT gen_random_uuid(), 'no', 'item', gen_random_uuid(), 'unit', 'dep', 'fee',
     'fixed', 2000, now() FROM generate_series(1, 20000)""",
    """INSERT INTO payment_order (id, case_id, applicant_id, purpose, state, version, amount_cents,
     amount_source, created_at, expires_at, booked_at) SELECT gen_random_uuid(), case_id, applicant_id, purpose,
     'paid', 2, 2000, 'fixed', now(), now(), now() - random() * interval '30 days' FROM case_due""",
    """INSERT INTO attempt (id, order_id, channel, state, created_at) SELECT gen_random_uuid(), id, 'bank',
     'succeeded', now() FROM payment_order""",
    """INSERT INTO capture SELECT gen_random_uuid(), 'bank', id::text, id, order_id, 2000, 'CNY', 'm', now(),
     now(), true, 'applied' FROM attempt""",
    """INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
     SELECT id, 'bank', 'applied', 2000, now() FROM capture""",
    """INSERT INTO notice SELECT gen_random_uuid(), 'bank', id::text, 'e', '', now(), 'applied'
     FROM capture""",
]
_ORDER = "SELECT id FROM payment_order"
STATEMENTS = {
    "settle": money._FIND,
    "pay": attempts._PAYABLE,
    "view": f"{views.ORDER_VIEW} WHERE o.id = $1",
    "case's orders": f"{views.ORDER_VIEW} WHERE o.case_id = $1 ORDER BY o.id DESC LIMIT 50",
    "my orders": f"{views.ORDER_VIEW} WHERE o.applicant_id = $1 AND o.id < $1 ORDER BY o.id DESC LIMIT 9",
    "live order": f"{_ORDER} o WHERE o.case_id = $1 AND o.state IN ({orders._LIVE})",
    "expired": f"{_ORDER} WHERE state = 'open' AND expires_at <= now() ORDER BY expires_at LIMIT 9",
    "due": "SELECT id FROM attempt WHERE next_query_at <= now() ORDER BY next_query_at LIMIT 9",
    "unmatched": "SELECT id FROM notice WHERE outcome = 'unmatched' AND id > $1 ORDER BY id LIMIT 9",
    "held": views._HELD,
    "days": parity.PAID.tally_sql,
    "booked": parity.BOOKED.tally_sql,
    "applied": parity.APPLIED.tally_sql,
    "out of balance": parity.OUT_OF_BALANCE,
    "members": parity.PAID.members_sql,
    "strange notices": views._STRANGE,
}


@pytest.fixture
async def seeded(database):
    pool = await open_pool(database, size=1, application_name="plans")
    connection = await pool.acquire()
    for statement in SEED:
        await connection.execute(statement)
    await connection.execute("ANALYZE")
    yield connection
    pool.release(connection)
    await pool.close()


async def test_hot_statements_use_their_indexes(seeded: asyncpg.Connection):
    for name, sql in STATEMENTS.items():
        plan = await plan_of(seeded, sql)
        assert "Seq Scan" not in plan.replace("Seq Scan on refund", ""), f"{name}\n{plan}"


@pytest.mark.parametrize("sql", ["KNOWN", "OPEN_HOURS", "END_OTHERS", "OF_DAY", "DAYS", "RAISED"])
async def test_differences_are_found_by_their_indexes(seeded: asyncpg.Connection, sql: str):
    assert await unindexed(seeded, getattr(differences, sql)) is None


async def test_open_differences_of_bills_are_found_by_their_index(seeded: asyncpg.Connection):
    assert await unindexed(seeded, bill_differences.LIVE) is None

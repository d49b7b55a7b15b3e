"""The migrations make the declared tables, and hot queries use their indexes."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from case_svc.persistence import cases, claims, lists
from case_svc.persistence.tables import metadata
from chassis.testing import assert_migrations_match, plan_of

FILL = """INSERT INTO cases (id, version, state, item_code, item_version, department, unit, applicant_id,
  applicant_kind, created_at, due_at, case_no)
SELECT gen_random_uuid(), 3, CASE WHEN n % 50 = 0 THEN 'submitted' ELSE 'completed' END, 'HUZHENG-101', 1,
  'HUZHENG', 'U' || n % 200, md5((n % 20)::text)::uuid, 'person', now(),
  CASE WHEN n % 50 = 0 THEN now() + n * interval '1 second' END, 'XA' || n
FROM generate_series(1, 30000) AS n"""


@pytest.fixture
async def filled(world) -> AsyncIterator[asyncpg.Connection]:
    async with world.uow() as uow:
        connection = await uow.connection()
        await connection.execute(FILL)
        await connection.execute("ANALYZE cases")
        yield connection


async def test_the_migrations_make_the_declared_tables(world) -> None:
    await assert_migrations_match(metadata, world.service.settings.database_url.get_secret_value())


async def test_the_queue_reads_its_index_in_order(filled) -> None:
    found = await plan_of(filled, lists.QUEUE)
    assert "cases_queue" in found and "Sort" not in found and "Seq Scan" not in found


async def test_the_queue_of_many_units_reads_the_index_of_each(filled) -> None:
    found = await plan_of(filled, lists.QUEUE_OF_UNITS)
    assert "Index Scan using cases_queue" in found and "Seq Scan" not in found


@pytest.mark.parametrize("sql", [lists.QUEUE_UNCLAIMED, lists.QUEUE_OF_UNITS_UNCLAIMED])
async def test_what_nobody_claimed_is_read_from_the_same_index(filled, sql) -> None:
    found = await plan_of(filled, sql)
    assert "cases_queue" in found and "Seq Scan" not in found


async def test_what_an_officer_holds_is_read_from_its_index_in_order(filled) -> None:
    await filled.execute(
        "UPDATE cases SET assigned_to = md5((random() * 9)::int::text)::uuid WHERE due_at IS NOT NULL"
    )
    await filled.execute("ANALYZE cases")
    found = await plan_of(filled, lists.CLAIMED)
    assert "cases_claimed" in found and "Sort" not in found and "Seq Scan" not in found
    assert "cases_claimed" in await plan_of(filled, claims.GIVE_BACK)


async def test_my_cases_read_their_index_in_order(filled) -> None:
    found = await plan_of(filled, lists.MINE)
    assert "Index Scan Backward using cases_of_applicant" in found and "Sort" not in found


async def test_a_move_finds_its_row_by_the_primary_key(filled) -> None:
    found = await plan_of(filled, cases.move_statement(1).alone)
    assert "Index Scan using cases_pkey" in found and "Seq Scan" not in found


async def test_the_moves_of_a_batch_find_their_rows_by_the_primary_key(filled) -> None:
    for sql in (cases.MOVE_MANY.alone, cases._LOCK_MANY):
        found = await plan_of(filled, sql)
        assert "cases_pkey" in found and "Seq Scan on cases" not in found


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM cases WHERE case_no = 'XA7'",
        "SELECT * FROM case_history WHERE case_id = '01900000-0000-7000-8000-000000000000' ORDER BY id",
        "SELECT * FROM case_form WHERE case_id = '01900000-0000-7000-8000-000000000000'",
    ],
)
async def test_single_rows_are_found_by_index(filled, sql) -> None:
    await filled.execute("SET LOCAL enable_seqscan = off")
    assert "Index Scan" in await plan_of(filled, sql)


async def test_an_autosave_is_a_heap_only_update(world, make_item) -> None:
    # No index is touched, however often a form is saved.
    case_id = await world.draft(make_item())
    for version in range(1, 6):
        body = {"answers": {"purpose": str(version)}, "version": version}
        await world.citizen.put(f"/api/cases/{case_id}/answers", body)
    async with world.uow() as uow:
        await uow.execute("SELECT pg_stat_force_next_flush()")
        row = await uow.fetchrow(
            "SELECT pg_stat_get_tuples_updated(oid) AS updated, pg_stat_get_tuples_hot_updated(oid) AS hot"
            " FROM pg_class WHERE relname = 'cases'"
        )
    assert row["hot"] == row["updated"]

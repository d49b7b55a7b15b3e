"""Migrations make what the code declares, and hot queries use their indexes at volume."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chassis.testing import Running, assert_migrations_match, plan_of
from evaluation_svc.persistence import reviews, statistics
from evaluation_svc.persistence.tables import metadata

from ..conftest import MIGRATIONS

_FILL_INVITATIONS = """INSERT INTO invitation (case_id, case_no, applicant_id, item_code, item_version,
  department, unit, outcome, ended_at, invited_at, reviewed_at)
 SELECT gen_random_uuid(), 'XA' || n, gen_random_uuid(), 'I' || n % 218, 1, 'HUZHENG', 'U' || n % 200,
  'completed', now(), now(), CASE WHEN n % 3 = 0 THEN now() END FROM generate_series(1, 30000) n"""
_FILL_REVIEWS = """INSERT INTO review (id, case_id, case_no, applicant_id, item_code, department, unit, level,
  tags, submitted_at, batch_id)
 SELECT gen_random_uuid(), gen_random_uuid(), 'XA' || n, gen_random_uuid(), 'I' || n % 218, 'HUZHENG',
  'U' || n % 200, 'satisfied', '{}', now(), lpad(to_hex(n / 5), 32, '0')::uuid
 FROM generate_series(1, 30000) n"""
_FILL_BATCHES = """INSERT INTO review_batch
 SELECT lpad(to_hex(n), 32, '0')::uuid, 'U' || n % 200, 'HUZHENG', now() FROM generate_series(1, 6000) n"""
_FILL_TALLIES = """INSERT INTO review_tally
 SELECT dimension, day, key || k, CASE dimension WHEN 'officer' THEN 'U' || k % 50 ELSE '' END, 'D' || k % 10,
  1, 1, 1, 1, 1
 FROM (VALUES ('unit', 'U'), ('item', 'I'), ('officer', 'O')) AS judged (dimension, key),
  generate_series(1, 200) k, generate_series('2025-01-01'::date, '2025-12-31', '1 day') day"""


async def test_the_migrations_make_the_declared_tables(fresh_database: Callable[[Path], Any]) -> None:
    async with fresh_database(MIGRATIONS) as url:
        await assert_migrations_match(metadata, url)


@pytest.fixture
async def filled(svc: Running) -> Running:
    for statement in (_FILL_INVITATIONS, _FILL_REVIEWS, _FILL_BATCHES, _FILL_TALLIES, "ANALYZE"):
        await svc.service.pool.execute(statement)
    return svc


async def test_hot_queries_use_their_indexes(filled: Running) -> None:
    hot = [
        reviews._OPEN,
        reviews._OF_APPLICANT,
        reviews._OF_CASE,
        reviews._INVITED,
        reviews._SUBMIT.alone,
        reviews._RELEASE,
        reviews._BATCHES,
        reviews._IN_BATCHES,
        *statistics._BY.values(),
        statistics._OFFICERS,
    ]
    every = "Seq Scan on tally_mark"  # a minute's reviews are read whole
    async with filled.uow() as uow:
        for sql in hot:
            plan = await plan_of(await uow.connection(), sql)
            assert "Seq Scan" not in plan.replace(every, ""), f"{sql}\n{plan}"


async def test_counting_up_touches_no_index(filled: Running) -> None:
    """Statistics of years stay cheap because the day's rows are updated in place."""
    indexed = await filled.service.pool.fetch(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = ANY(i.indkey)"
        " WHERE i.indrelid = 'review_tally'::regclass"
    )
    assert not {"satisfied", "dissatisfied", "very_satisfied"} & {row["attname"] for row in indexed}

"""Migrations make what the code declares, and hot queries use their indexes at volume."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Running, assert_migrations_match
from courier_svc.persistence import reports, shipments
from courier_svc.persistence.tables import metadata

from ..conftest import MIGRATIONS, UNIT

_FILL = """INSERT INTO shipment (id, case_id, case_no, applicant_id, unit, department, direction,
  postage_free, requested_at, state, version, leg, order_no, attention)
 SELECT lpad(to_hex(n), 32, '0')::uuid, gen_random_uuid(), 'XA' || n, gen_random_uuid(), 'U' || n % 200,
  'HUZHENG', 'to_applicant', true, now(), 'delivered', 3, 1, n || '-1',
  CASE WHEN n % 1000 = 0 THEN 'no_news' END
 FROM generate_series(1, 30000) n"""
_FILL_LEGS = "INSERT INTO leg SELECT order_no, id, 1, 'first', now() FROM shipment"
_FILL_REPORTS = """INSERT INTO courier_report (id, courier, event_id, shipment_id, order_no, code,
  occurred_at, heard_at, source, verdict)
 SELECT gen_random_uuid(), 'city_courier', 'ce_' || id, id, order_no, 'DELIVERED', now(), now(), 'push',
  'applied' FROM shipment"""


async def test_the_migrations_make_the_declared_tables(fresh_database: Callable[[Path], Any]) -> None:
    async with fresh_database(MIGRATIONS) as url:
        await assert_migrations_match(metadata, url)


@pytest.fixture
async def filled(svc: Running) -> Running:
    for statement in (_FILL, _FILL_LEGS, _FILL_REPORTS, "ANALYZE"):
        await svc.service.pool.execute(statement)
    return svc


async def test_hot_queries_use_their_indexes(filled: Running) -> None:
    last = UUID(int=2**128 - 1)
    ids = [uuid4() for _ in range(20)]
    hot: list[tuple[str, list[Any]]] = [
        (shipments._ADD, [ids, ids, *([None] * 20 for _ in range(11))]),
        (reports._BY_ORDER, ["17-1", "city_courier", "ce_1"]),
        (reports._LOCK_BY_ORDER, ["17-1"]),
        (shipments._OF_APPLICANT, [uuid4(), last, 21]),
        (shipments._OF_UNIT, [UNIT, last, 21]),
        (shipments._OF_UNIT_ATTENTION, ["U0", last, 21]),
        (shipments._OF_CASE, [uuid4()]),
        (shipments._PURGE, [500]),
        (reports._OF_SHIPMENT, [uuid4()]),
        (reports._TAKE_HELD, [100]),
    ]
    for sql, args in hot:
        rows = await filled.service.pool.fetch(f"EXPLAIN {sql}", *args)
        plan = "\n".join(row[0] for row in rows)
        assert "Seq Scan" not in plan, f"{sql}\n{plan}"

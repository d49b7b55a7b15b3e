"""Migrations make what the code declares, and hot queries use their indexes at volume."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chassis.testing import Running, assert_migrations_match, plan_of
from courier_svc.persistence import reports, shipments
from courier_svc.persistence.tables import metadata

from ..conftest import MIGRATIONS

_FILL = """INSERT INTO shipment (id, case_id, case_no, applicant_id, unit, department, direction,
  postage_free, id_bound, courier, requested_at, state, version, leg, order_no, attention)
 SELECT lpad(to_hex(n), 32, '0')::uuid, gen_random_uuid(), 'XA' || n, gen_random_uuid(), 'U' || n % 200,
  'HUZHENG', 'to_applicant', true, true, 'ems', now(), 'delivered', 3, 1, n || '-1',
  CASE WHEN n % 1000 = 0 THEN 'no_news' END
 FROM generate_series(1, 30000) n"""
_FILL_LEGS = "INSERT INTO leg SELECT order_no, id, 1, 'first', now(), 'ems', 'EX' || id FROM shipment"
_FILL_REPORTS = """INSERT INTO courier_report (id, courier, event_id, shipment_id, order_no, code,
  occurred_at, heard_at, source, verdict)
 SELECT gen_random_uuid(), 'ems', 'ce_' || id, id, order_no, 'DELIVERED', now(), now(), 'push',
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
    hot = [
        shipments._ADD,
        reports._BY_ORDER,
        reports._BY_WAYBILL,
        reports._LOCK_LEG,
        reports._KNOWN,
        shipments._OF_APPLICANT,
        shipments._OF_UNIT,
        shipments._OF_UNIT_ATTENTION,
        shipments._OF_CASE,
        shipments._PURGE,
        shipments._PURGE_PROOFS,
        reports._OF_SHIPMENT,
        reports._TAKE_HELD,
    ]
    async with filled.uow() as uow:
        for sql in hot:
            plan = await plan_of(await uow.connection(), sql)
            assert "Seq Scan" not in plan, f"{sql}\n{plan}"

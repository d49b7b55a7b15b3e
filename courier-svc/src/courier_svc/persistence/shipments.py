"""Shipments and their legs in PostgreSQL. Raw SQL: the writes here are on the path of every case."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from chassis.clock import now
from chassis.db import UnitOfWork

from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import State

_COLUMNS = """s.id, s.case_id, s.case_no, s.applicant_id, s.unit, s.department, s.direction, s.postage_free,
 s.requested_at, s.state, s.version, s.leg, s.order_no, s.waybill_no, s.sealed_address, s.sealed_next_address,
 s.attention, s.ordered_at, s.cancel_requested_at, s.created_at, s.picked_up_at, s.ended_at, s.last_heard_at,
 s.purge_at, s.address_given"""

# The present parcel of a case in one direction is served by resending it, never by a second one beside it.
_ADD = """WITH s AS (
 INSERT INTO shipment (id, case_id, case_no, applicant_id, unit, department, direction, postage_free,
  requested_at, state, version, leg, order_no)
 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10, $11, $12::int, $13
 WHERE NOT EXISTS (SELECT FROM shipment WHERE case_id = $2 AND direction = $7
  AND state NOT IN ('delivered', 'cancelled'))
 RETURNING id)
INSERT INTO leg (order_no, shipment_id, number, why, begun_at) SELECT $13, s.id, $12, 'first', $9 FROM s"""

_SET = """waybill_no = $2, state = $3, version = $4, leg = $5, order_no = $6, sealed_address = $7,
 sealed_next_address = $8, attention = $9, ordered_at = $10, cancel_requested_at = $11, created_at = $12,
 picked_up_at = $13, ended_at = $14, last_heard_at = $15, purge_at = $16,
 address_given = $17"""

_SAVE = f"UPDATE shipment SET {_SET} WHERE id = $1"

_ADD_LEG = "INSERT INTO leg (order_no, shipment_id, number, why, begun_at) VALUES ($1, $2, $3, $4, $5)"

_BEGIN_ORDER = f"""UPDATE shipment s SET ordered_at = coalesce(ordered_at, now())
 WHERE id = $1 AND order_no = $2 AND state = 'requested' AND cancel_requested_at IS NULL
  AND sealed_next_address IS NULL
 RETURNING {_COLUMNS}"""

# One statement stores the report and, the first time only, moves the shipment.
_RECORD = f"""WITH heard AS (
 INSERT INTO courier_report (id, courier, event_id, shipment_id, order_no, waybill_no, code, occurred_at,
  heard_at, source, verdict, sealed_body)
 VALUES ($18, $19, $20, $1, $21, $22, $23, $24, $25, $26, $27, $28)
 ON CONFLICT (courier, event_id) DO UPDATE SET repeats = courier_report.repeats + 1
 RETURNING xmax = 0 AS first),
moved AS (UPDATE shipment SET {_SET} FROM heard WHERE shipment.id = $1 AND heard.first)
SELECT first FROM heard"""

_BY_ORDER = f"""SELECT {_COLUMNS} FROM leg JOIN shipment s ON s.id = leg.shipment_id
 WHERE leg.order_no = $1 FOR UPDATE OF s"""


_OF_APPLICANT = f"""SELECT {_COLUMNS} FROM shipment s WHERE applicant_id = $1 AND id < $2
 ORDER BY id DESC LIMIT $3"""

_OF_CASE = f"SELECT {_COLUMNS} FROM shipment s WHERE case_id = $1 ORDER BY id DESC LIMIT 100"

_OF_UNIT = f"""SELECT {_COLUMNS} FROM shipment s WHERE unit = $1 AND id < $2 ORDER BY id DESC LIMIT $3"""

_OF_UNIT_ATTENTION = f"""SELECT {_COLUMNS} FROM shipment s WHERE unit = $1 AND id < $2
 AND attention IS NOT NULL ORDER BY id DESC LIMIT $3"""

_PURGE = """WITH due AS (
 SELECT id FROM shipment WHERE purge_at <= now() ORDER BY purge_at LIMIT $1 FOR UPDATE SKIP LOCKED),
emptied AS (UPDATE shipment SET sealed_address = NULL, sealed_next_address = NULL, purge_at = NULL,
  address_given = false
 FROM due WHERE shipment.id = due.id),
reports AS (UPDATE courier_report SET sealed_body = NULL FROM due WHERE courier_report.shipment_id = due.id)
SELECT count(*) FROM due"""


def _mutable(shipment: Shipment) -> tuple[Any, ...]:
    return (
        shipment.id,
        shipment.waybill_no,
        shipment.state.value,
        shipment.version,
        shipment.leg,
        shipment.order_no,
        shipment.sealed_address,
        shipment.sealed_next_address,
        shipment.attention,
        shipment.ordered_at,
        shipment.cancel_requested_at,
        shipment.created_at,
        shipment.picked_up_at,
        shipment.ended_at,
        shipment.last_heard_at,
        shipment.purge_at,
        shipment.address_given,
    )


def _shipment(row: asyncpg.Record) -> Shipment:
    values = dict(row)
    values["state"] = State(values["state"])
    return Shipment(**values)


class PgShipments:
    """Rows are locked before they are judged: two pushes about one parcel take their turns."""

    async def add(self, uow: UnitOfWork, shipment: Shipment) -> bool:
        """False when the case already has a parcel in that direction that has not ended."""
        tag = await uow.execute(
            _ADD,
            shipment.id,
            shipment.case_id,
            shipment.case_no,
            shipment.applicant_id,
            shipment.unit,
            shipment.department,
            shipment.direction,
            shipment.postage_free,
            shipment.requested_at,
            shipment.state.value,
            shipment.version,
            shipment.leg,
            shipment.order_no,
        )
        return tag == "INSERT 0 1"

    async def begin_order(self, uow: UnitOfWork, shipment_id: UUID, order_no: str) -> Shipment | None:
        """Notes that the courier is being asked; None when the order is unwanted or answered by now."""
        row = await uow.fetchrow(_BEGIN_ORDER, shipment_id, order_no)
        return _shipment(row) if row else None

    async def keep_address(self, uow: UnitOfWork, shipment_id: UUID, sealed: bytes) -> None:
        """Keeps a fetched address for the next attempt, unless one is there."""
        await uow.execute(
            "UPDATE shipment SET sealed_address = $2 WHERE id = $1 AND sealed_address IS NULL",
            shipment_id,
            sealed,
        )

    async def get(self, uow: UnitOfWork, shipment_id: UUID) -> Shipment | None:
        row = await uow.fetchrow(f"SELECT {_COLUMNS} FROM shipment s WHERE id = $1", shipment_id)
        return _shipment(row) if row else None

    async def lock(self, uow: UnitOfWork, shipment_id: UUID) -> Shipment | None:
        row = await uow.fetchrow(f"SELECT {_COLUMNS} FROM shipment s WHERE id = $1 FOR UPDATE", shipment_id)
        return _shipment(row) if row else None

    async def lock_by_order(self, uow: UnitOfWork, order_no: str) -> Shipment | None:
        """The shipment that has, or once had, this order number."""
        row = await uow.fetchrow(_BY_ORDER, order_no)
        return _shipment(row) if row else None

    async def lock_of_case(self, uow: UnitOfWork, case_id: UUID) -> list[Shipment]:
        """All shipments of a case, locked, oldest first."""
        rows = await uow.fetch(
            f"SELECT {_COLUMNS} FROM shipment s WHERE case_id = $1 ORDER BY id FOR UPDATE", case_id
        )
        return [_shipment(row) for row in rows]

    async def save(self, uow: UnitOfWork, shipment: Shipment) -> None:
        await uow.execute(_SAVE, *_mutable(shipment))

    async def record(self, uow: UnitOfWork, shipment: Shipment, report: Sequence[Any]) -> bool:
        """Stores a report (`PgReports.row`) and `shipment` with it; False for a repeat: it moves nothing."""
        return bool(await uow.fetchval(_RECORD, *_mutable(shipment), *report))

    async def begin_leg(self, uow: UnitOfWork, shipment: Shipment, why: str) -> None:
        await uow.execute(_ADD_LEG, shipment.order_no, shipment.id, shipment.leg, why, now())

    async def of_case(self, uow: UnitOfWork, case_id: UUID) -> list[Shipment]:
        rows = await uow.fetch(_OF_CASE, case_id)
        return [_shipment(row) for row in rows]

    async def of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> list[Shipment]:
        """Newest first, those with an id below `before`."""
        rows = await uow.fetch(
            _OF_APPLICANT,
            applicant_id,
            before,
            limit,
        )
        return [_shipment(row) for row in rows]

    async def of_unit(
        self, uow: UnitOfWork, unit: str, before: UUID, limit: int, *, attention: bool
    ) -> list[Shipment]:
        """As `of_applicant`; with `attention` only those a person should look at."""
        rows = await uow.fetch(
            _OF_UNIT_ATTENTION if attention else _OF_UNIT,
            unit,
            before,
            limit,
        )
        return [_shipment(row) for row in rows]

    async def purge(self, uow: UnitOfWork, limit: int) -> int:
        """Empties what is sealed about parcels whose time has come; how many there were."""
        return int(await uow.fetchval(_PURGE, limit))

"""Shipments and their legs in PostgreSQL. Raw SQL: the writes here are on the path of every case."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import asyncpg
from chassis.clock import now
from chassis.db import Statement, UnitOfWork

from courier_svc.application.ports import ShipmentChangedMeanwhile
from courier_svc.domain.acts import Act, Doer
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import State

_NAMES: Final = tuple(field.name for field in fields(Shipment) if field.name != "revision")
# The system column tells one state of the row from the next, whoever wrote it and whatever they changed.
SELECTED: Final = ", ".join(f"s.{name}" for name in _NAMES) + ", s.xmin AS revision"
WIDTH: Final = len(_NAMES) + 1
"""Columns of `SELECTED`."""
_STATE: Final = _NAMES.index("state")
_FIXED: Final = {
    "id", "case_id", "case_no", "applicant_id", "unit", "department", "direction", "postage_free",
    "id_bound", "requested_at",
}  # fmt: skip
_MUTABLE: Final = tuple(name for name in _NAMES if name not in _FIXED)
_VALUES: Final = attrgetter(*_MUTABLE)
_ASSIGNMENTS: Final = ", ".join(f"{name} = ${place}" for place, name in enumerate(_MUTABLE, 3))
SAVE_READ: Final = f"UPDATE shipment SET {_ASSIGNMENTS} WHERE id = $1 AND xmin = $2"
"""Saves a shipment as long as its row is the one that was read; the parameters are `saved_values`."""
SAVE_READ_COUNT: Final = 2 + len(_MUTABLE)

# The present parcel of a case in one direction is served by resending it, never by a second one beside it.
_ADDED: Final = (
    "id", "case_id", "case_no", "applicant_id", "unit", "department", "direction", "postage_free", "requested_at",
    "state", "version", "leg", "order_no", "courier", "id_bound", "postage_paid_at",
)  # fmt: skip
_ADDED_VALUES: Final = attrgetter(*_ADDED)
_ADD = f"""WITH s AS (
 INSERT INTO shipment ({", ".join(_ADDED)})
 SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bool[],
  $9::timestamptz[], $10::text[], $11::int[], $12::int[], $13::text[], $14::text[], $15::bool[],
  $16::timestamptz[])
  AS new ({", ".join(_ADDED)})
 WHERE NOT EXISTS (SELECT FROM shipment WHERE case_id = new.case_id AND direction = new.direction
  AND state NOT IN ('delivered', 'cancelled', 'lost'))
 RETURNING id, case_id, direction, leg, order_no, requested_at, courier)
INSERT INTO leg (order_no, shipment_id, number, why, begun_at, courier)
 SELECT order_no, id, leg, 'first', requested_at, courier FROM s
RETURNING shipment_id, (SELECT before.id FROM s JOIN shipment before USING (case_id, direction)
 WHERE s.id = leg.shipment_id ORDER BY before.id DESC LIMIT 1) AS before"""

_SAVE = Statement(SAVE_READ)

_ADD_LEG = Statement(
    "INSERT INTO leg (order_no, shipment_id, number, why, begun_at, courier) VALUES ($1, $2, $3, $4, $5, $6)"
)
_NOTE_WAYBILL = Statement("UPDATE leg SET waybill_no = $2 WHERE order_no = $1 AND waybill_no IS NULL")

_ADD_ACT = Statement(
    """INSERT INTO shipment_act (id, shipment_id, what, at, officer_id, acted_by, mandate_id)
 VALUES ($1, $2, $3, $4, $5, $6, $7)"""
)
ACTS: Final = """SELECT id, shipment_id, what, at, officer_id, acted_by, mandate_id FROM shipment_act
WHERE shipment_id = $1 ORDER BY id"""

_NOTE_ASKED = Statement(
    """UPDATE shipment SET ordered_at = coalesce(ordered_at, $3), sealed_address = coalesce(sealed_address, $4)
 WHERE id = $1 AND xmin = $2"""
)

# Only what the answer tells, and guarded by the version: wishes that came while the courier answered stay.
_PLACE = Statement(
    """UPDATE leg SET waybill_no = moved.waybill_no FROM $moved AS moved WHERE leg.order_no = moved.order_no""",
    moved="""UPDATE shipment SET waybill_no = coalesce(waybill_no, $3), state = $4, version = $5, created_at = $6
 WHERE id = $1 AND version = $2 RETURNING order_no, waybill_no""",
)

_GET = f"SELECT {SELECTED} FROM shipment s WHERE id = $1"
_LOCK = f"{_GET} FOR UPDATE"
_LOCK_OF_CASE = f"SELECT {SELECTED} FROM shipment s WHERE case_id = $1 ORDER BY id FOR UPDATE"

_OF_APPLICANT = f"""SELECT {SELECTED} FROM shipment s WHERE applicant_id = $1 AND id < $2
 ORDER BY id DESC LIMIT $3"""

_OF_CASE = f"SELECT {SELECTED} FROM shipment s WHERE case_id = $1 ORDER BY id DESC LIMIT 100"

_OF_UNIT = f"""SELECT {SELECTED} FROM shipment s WHERE unit = $1 AND id < $2 ORDER BY id DESC LIMIT $3"""

_OF_UNIT_ATTENTION = f"""SELECT {SELECTED} FROM shipment s WHERE unit = $1 AND id < $2
 AND attention IS NOT NULL ORDER BY id DESC LIMIT $3"""

_PURGE = """WITH due AS (
 SELECT id FROM shipment WHERE purge_at <= now() ORDER BY purge_at LIMIT $1 FOR UPDATE SKIP LOCKED),
emptied AS (UPDATE shipment SET sealed_address = NULL, sealed_next_address = NULL, purge_at = NULL,
  address_given = false
 FROM due WHERE shipment.id = due.id),
reports AS (UPDATE courier_report SET sealed_body = NULL FROM due WHERE courier_report.shipment_id = due.id)
SELECT count(*) FROM due"""

_PURGE_PROOFS = """WITH due AS (
 SELECT id FROM shipment WHERE proof_purge_at <= now() ORDER BY proof_purge_at LIMIT $1 FOR UPDATE SKIP LOCKED),
emptied AS (UPDATE shipment SET sealed_proof = NULL, proof_purge_at = NULL FROM due WHERE shipment.id = due.id)
SELECT count(*) FROM due"""


def saved_values(shipment: Shipment) -> tuple[Any, ...]:
    """What `SAVE_READ` takes."""
    return (shipment.id, shipment.revision, *_VALUES(shipment))


def read_shipment(row: asyncpg.Record) -> Shipment:
    """The shipment in the first columns of `row`, as `SELECTED` names them."""
    values: list[Any] = list(row)[:WIDTH]
    values[_STATE] = State(values[_STATE])
    return Shipment(*values)


class PgShipments:
    """A shipment is written only over the row that was read: locked before, or checked when it is written."""

    async def add(self, uow: UnitOfWork, shipments: Sequence[Shipment]) -> dict[UUID, UUID | None]:
        """Those that were added, each with the one that ended before it in that direction of its case.

        A case with a parcel that has not ended gets no other. No two of them may be of one case and direction.
        """
        rows = await uow.fetch(_ADD, *map(list, zip(*map(_ADDED_VALUES, shipments), strict=True)))
        return {row["shipment_id"]: row["before"] for row in rows}

    def note_asked(self, uow: UnitOfWork, shipment: Shipment, at: datetime, sealed_address: bytes) -> None:
        """Notes that the courier is being asked, and with which address, for the next attempts.

        At the commit ShipmentChangedMeanwhile, where it is another than was read.
        """
        self._write(uow, _NOTE_ASKED, shipment.id, shipment.revision, at, sealed_address)

    def place(self, uow: UnitOfWork, shipment: Shipment, before: int) -> None:
        """Saves what the courier's answer moved; at the commit ShipmentChangedMeanwhile, where it moved since.

        `before` is the version that was read.
        """
        self._write(
            uow, _PLACE, shipment.id, before, shipment.waybill_no, shipment.state, shipment.version,
            shipment.created_at,
        )  # fmt: skip

    def save(self, uow: UnitOfWork, shipment: Shipment) -> None:
        """At the commit ShipmentChangedMeanwhile, where it was not locked and is another than was read."""
        self._write(uow, _SAVE, *saved_values(shipment))

    def begin_leg(self, uow: UnitOfWork, shipment: Shipment, why: str) -> None:
        uow.write(_ADD_LEG, shipment.order_no, shipment.id, shipment.leg, why, now(), shipment.courier)

    def note_waybill(self, uow: UnitOfWork, shipment: Shipment) -> None:
        """Of the present leg, for pushes that name nothing else."""
        uow.write(_NOTE_WAYBILL, shipment.order_no, shipment.waybill_no)

    def add_act(self, uow: UnitOfWork, act: Act) -> None:
        by = act.by
        uow.write(
            _ADD_ACT, act.id, act.shipment_id, act.what, act.at, by.officer_id, by.acted_by, by.mandate_id
        )

    async def acts(self, uow: UnitOfWork, shipment_id: UUID) -> list[Act]:
        """What people did with it, oldest first."""
        return [Act(*row[:4], Doer(*row[4:])) for row in map(tuple, await uow.read(ACTS, shipment_id))]

    async def get(self, uow: UnitOfWork, shipment_id: UUID) -> Shipment | None:
        row = await uow.read_row(_GET, shipment_id)
        return read_shipment(row) if row else None

    async def lock(self, uow: UnitOfWork, shipment_id: UUID) -> Shipment | None:
        row = await uow.fetchrow(_LOCK, shipment_id)
        return read_shipment(row) if row else None

    async def lock_of_case(self, uow: UnitOfWork, case_id: UUID) -> list[Shipment]:
        """All shipments of a case, locked, oldest first."""
        return [read_shipment(row) for row in await uow.fetch(_LOCK_OF_CASE, case_id)]

    async def of_case(self, uow: UnitOfWork, case_id: UUID) -> list[Shipment]:
        return [read_shipment(row) for row in await uow.read(_OF_CASE, case_id)]

    async def of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> list[Shipment]:
        """Newest first, those with an id below `before`."""
        rows = await uow.read(_OF_APPLICANT, applicant_id, before, limit)
        return [read_shipment(row) for row in rows]

    async def of_unit(
        self, uow: UnitOfWork, unit: str, before: UUID, limit: int, *, attention: bool
    ) -> list[Shipment]:
        """As `of_applicant`; with `attention` only those a person should look at."""
        rows = await uow.read(_OF_UNIT_ATTENTION if attention else _OF_UNIT, unit, before, limit)
        return [read_shipment(row) for row in rows]

    async def purge(self, uow: UnitOfWork, limit: int) -> int:
        """Empties what is sealed about parcels whose time has come; how many there were."""
        return int(await uow.fetchval(_PURGE, limit))

    async def purge_proofs(self, uow: UnitOfWork, limit: int) -> int:
        """Empties proofs of delivery whose time has come; how many there were."""
        return int(await uow.fetchval(_PURGE_PROOFS, limit))

    def _write(self, uow: UnitOfWork, statement: Statement, *args: Any) -> None:
        uow.write(statement, *args, rows=1, otherwise=ShipmentChangedMeanwhile)

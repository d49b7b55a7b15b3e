"""What couriers said: each report once, with its verdict, its body sealed."""

from typing import Any, Final
from uuid import UUID

from chassis.clock import now
from chassis.db import Statement, UnitOfWork
from chassis.ids import uuid7
from chassis.sealing import Sealer

from courier_svc.application.ports import HeardReport, ShipmentChangedMeanwhile, Source
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.tracking import Report, Verdict

from .shipments import SAVE_READ, SAVE_READ_COUNT, SELECTED, read_shipment, saved_values

_COLUMNS: Final = {
    "id": "uuid", "courier": "text", "event_id": "text", "order_no": "text", "waybill_no": "text",
    "code": "text", "occurred_at": "timestamptz", "heard_at": "timestamptz", "source": "text",
    "verdict": "text", "sealed_body": "bytea",
}  # fmt: skip
_INTO: Final = f"INSERT INTO courier_report ({', '.join(_COLUMNS)}"


def _values(first: int) -> str:
    return ", ".join(f"${first + place}::{kind}" for place, kind in enumerate(_COLUMNS.values()))


_HOLD: Final = Statement(
    f"""{_INTO}) VALUES ({_values(1)})
 ON CONFLICT (courier, event_id) DO UPDATE SET repeats = courier_report.repeats + 1"""
)
_REPEAT: Final = Statement(
    "UPDATE courier_report SET repeats = repeats + 1 WHERE courier = $1 AND event_id = $2"
)
# Stores the report and moves the shipment, or does neither: a copy of the report that came in the meantime leaves
# no row to count, as another shipment than the one read does.
_RECORD: Final = Statement(
    f"""{_INTO}, shipment_id) SELECT {_values(SAVE_READ_COUNT + 1)}, id FROM $moved
 ON CONFLICT (courier, event_id) DO NOTHING""",
    moved=f"{SAVE_READ} RETURNING id",
)

_BY_ORDER = f"""SELECT {SELECTED}, EXISTS (SELECT FROM courier_report WHERE courier = $2 AND event_id = $3)
 FROM leg JOIN shipment s ON s.id = leg.shipment_id WHERE leg.order_no = $1"""
_LOCK_BY_ORDER = """SELECT FROM leg JOIN shipment s ON s.id = leg.shipment_id WHERE leg.order_no = $1
 FOR UPDATE OF s"""

# Only those whose order is known by now; they leave the table and are heard again, in the same transaction.
_TAKE_HELD = """DELETE FROM courier_report WHERE id IN (
 SELECT r.id FROM courier_report r JOIN leg USING (order_no) WHERE r.verdict = 'held'
 ORDER BY r.id LIMIT $1 FOR UPDATE OF r SKIP LOCKED)
RETURNING event_id, source, sealed_body"""

_OF_SHIPMENT = """SELECT code, occurred_at, verdict, waybill_no, event_id, sealed_body FROM courier_report
 WHERE shipment_id = $1 ORDER BY occurred_at, id LIMIT 500"""


class PgReports:
    def __init__(self, courier: str, sealer: Sealer) -> None:
        self._courier = courier
        self._sealer = sealer

    async def about(self, uow: UnitOfWork, report: Report, *, lock: bool) -> tuple[Shipment | None, bool]:
        """The shipment that has, or once had, the report's order; and whether the report was heard before.

        With `lock` others wait until this unit of work has ended.
        """
        if lock:  # by itself: what is read afterwards is what the one before us left
            await uow.execute(_LOCK_BY_ORDER, report.order_no)
        row = await uow.read_row(_BY_ORDER, report.order_no, self._courier, report.event_id)
        return (read_shipment(row), row[-1]) if row else (None, False)

    def record(
        self, uow: UnitOfWork, shipment: Shipment, report: Report, source: Source, verdict: Verdict
    ) -> None:
        """Stores the report and saves its shipment.

        At the commit ShipmentChangedMeanwhile, where either is not as `about` said.
        """
        uow.write(
            _RECORD, *saved_values(shipment), *self._row(report, source, verdict, shipment),
            rows=1, otherwise=ShipmentChangedMeanwhile,
        )  # fmt: skip

    def repeat(self, uow: UnitOfWork, report: Report) -> None:
        """Counts one more copy of a report that was heard before."""
        uow.write(_REPEAT, self._courier, report.event_id)

    def hold(self, uow: UnitOfWork, report: Report, source: Source, verdict: Verdict) -> None:
        """Keeps a report that no shipment of ours can take (yet)."""
        uow.write(_HOLD, *self._row(report, source, verdict))

    async def take_held(self, uow: UnitOfWork, limit: int) -> list[tuple[Source, bytes]]:
        """Takes out those whose order is known by now: (source, body), oldest first."""
        rows = await uow.fetch(_TAKE_HELD, limit)
        return [(row["source"], self._open(row["event_id"], row["sealed_body"])) for row in rows]

    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[HeardReport]:
        rows = await uow.read(_OF_SHIPMENT, shipment_id)
        return [
            HeardReport(
                row["code"],
                row["occurred_at"],
                row["verdict"],
                row["waybill_no"],
                self._open(row["event_id"], row["sealed_body"]) if row["sealed_body"] else None,
            )
            for row in rows
        ]

    def _row(
        self, report: Report, source: Source, verdict: Verdict, shipment: Shipment | None = None
    ) -> tuple[Any, ...]:
        """The values of `_COLUMNS`; without what came, where nobody would empty it any more."""
        keeps = shipment is None or not shipment.is_emptied
        return (
            uuid7(),
            self._courier,
            report.event_id,
            report.order_no,
            report.waybill_no,
            report.code,
            report.occurred_at,
            now(),
            source,
            verdict.value,
            self._sealer.seal(report.body, report.event_id.encode()) if keeps else None,
        )

    def _open(self, event_id: str, sealed: bytes) -> bytes:
        return self._sealer.open(sealed, event_id.encode())

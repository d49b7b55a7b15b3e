"""What couriers said: each report once, with its verdict, its body sealed."""

from typing import Any
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.sealing import Sealer

from courier_svc.application.ports import HeardReport, Source
from courier_svc.domain.tracking import Report, Verdict

_HOLD = """INSERT INTO courier_report (id, courier, event_id, order_no, waybill_no, code, occurred_at,
 heard_at, source, verdict, sealed_body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
 ON CONFLICT (courier, event_id) DO UPDATE SET repeats = courier_report.repeats + 1"""

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

    def row(self, report: Report, source: Source, verdict: Verdict) -> tuple[Any, ...]:
        """The values that `PgShipments.record` stores along with the shipment."""
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
            self._sealer.seal(report.body, report.event_id.encode()),
        )

    async def hold(self, uow: UnitOfWork, report: Report, source: Source, verdict: Verdict) -> None:
        """Keeps a report that no shipment of ours can take (yet)."""
        await uow.execute(_HOLD, *self.row(report, source, verdict))

    async def take_held(self, uow: UnitOfWork, limit: int) -> list[tuple[Source, bytes]]:
        """Takes out those whose order is known by now: (source, body), oldest first."""
        rows = await uow.fetch(_TAKE_HELD, limit)
        return [(row["source"], self._open(row["event_id"], row["sealed_body"])) for row in rows]

    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[HeardReport]:
        rows = await uow.fetch(_OF_SHIPMENT, shipment_id)
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

    def _open(self, event_id: str, sealed: bytes) -> bytes:
        return self._sealer.open(sealed, event_id.encode())

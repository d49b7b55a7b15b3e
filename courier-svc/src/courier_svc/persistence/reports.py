"""What couriers said: each report once, with its verdict, its body sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.clock import now
from chassis.db import Statement, UnitOfWork
from chassis.ids import uuid7
from chassis.sealing import Sealer

from courier_svc.application.ports import About, HeardReport, Judged, Known, ShipmentChangedMeanwhile
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.tracking import Report, Verdict

from .shipments import SAVE_READ, SAVE_READ_COUNT, SELECTED, WIDTH, read_shipment, saved_values

_COLUMNS: Final = {
    "id": "uuid", "courier": "text", "event_id": "text", "order_no": "text", "waybill_no": "text",
    "code": "text", "occurred_at": "timestamptz", "heard_at": "timestamptz", "source": "text",
    "verdict": "text", "sealed_body": "bytea", "pushed_at": "timestamptz", "request_id": "text",
}  # fmt: skip
_NAMES: Final = ", ".join(_COLUMNS)
_INTO: Final = f"INSERT INTO courier_report ({_NAMES}"


def _unnested(first: int) -> str:
    arrays = ", ".join(f"${first + place}::{kind}[]" for place, kind in enumerate(_COLUMNS.values()))
    return f"unnest({arrays}) AS new ({_NAMES})"


def _values(first: int) -> str:
    return ", ".join(f"${first + place}::{kind}" for place, kind in enumerate(_COLUMNS.values()))


_COUNT_COPY: Final = """ON CONFLICT (courier, event_id) DO UPDATE SET repeats = courier_report.repeats + 1,
 pushed_at = coalesce(courier_report.pushed_at, excluded.pushed_at), last_pushed_at = excluded.pushed_at"""
_HOLD: Final = Statement(f"{_INTO}) VALUES ({_values(1)}) {_COUNT_COPY}")
_HINT: Final = Statement(
    f"{_INTO}, shipment_id) VALUES ({_values(1)}, ${len(_COLUMNS) + 1}::uuid) {_COUNT_COPY}"
)
_REPEAT: Final = Statement(
    """UPDATE courier_report SET repeats = repeats + 1, pushed_at = coalesce(pushed_at, $3),
 last_pushed_at = $3 WHERE courier = $1 AND event_id = $2"""
)
# Stores the reports and moves the shipment, or does neither: a copy of a report that came in the meantime leaves too
# few rows to count, as another shipment than the one read does. What was a hint becomes what the books say of it.
_RECORD: Final = Statement(
    f"""{_INTO}, shipment_id) SELECT new.*, moved.id FROM $moved AS moved, {_unnested(SAVE_READ_COUNT + 1)}
 ON CONFLICT (courier, event_id) DO UPDATE SET verdict = excluded.verdict, source = excluded.source,
  code = excluded.code, occurred_at = excluded.occurred_at, waybill_no = excluded.waybill_no,
  sealed_body = excluded.sealed_body, shipment_id = excluded.shipment_id, order_no = excluded.order_no
 WHERE courier_report.verdict IN ('hint', 'unconfirmed', 'held')""",
    moved=f"{SAVE_READ} RETURNING id",
)
_DOUBT: Final = Statement(
    """UPDATE courier_report SET verdict = 'unconfirmed'
 WHERE shipment_id = $1 AND verdict = 'hint' AND event_id <> ALL ($2::text[])"""
)

_HEARD = "(SELECT verdict FROM courier_report WHERE courier = $2 AND event_id = $3)"
_ABOUT = f"SELECT {SELECTED}, leg.order_no, {_HEARD} FROM leg JOIN shipment s ON s.id = leg.shipment_id"
_BY_ORDER = f"{_ABOUT} WHERE leg.order_no = $1 AND leg.courier = $2"
_BY_WAYBILL = f"{_ABOUT} WHERE leg.waybill_no = $1 AND leg.courier = $2"
_LOCK_LEG = """SELECT FROM leg JOIN shipment s ON s.id = leg.shipment_id
 WHERE leg.courier = $1 AND (leg.order_no = $2 OR leg.waybill_no = $3) FOR UPDATE OF s"""

_KNOWN = f"""SELECT {SELECTED},
 ARRAY(SELECT event_id FROM courier_report WHERE courier = $2 AND event_id = ANY($3::text[])
  AND verdict NOT IN ('hint', 'unconfirmed', 'held')),
 (SELECT min(heard_at) FROM courier_report r WHERE r.shipment_id = s.id AND r.order_no = s.order_no
  AND r.verdict = 'hint' AND r.event_id <> ALL ($3::text[]))
 FROM shipment s WHERE s.id = $1"""

# Only those whose order is known by now; they leave the table and are heard again, in the same transaction.
_TAKE_HELD = """DELETE FROM courier_report WHERE id IN (
 SELECT r.id FROM courier_report r WHERE r.verdict = 'held' AND r.courier = ANY($1::text[])
  AND (EXISTS (SELECT FROM leg WHERE leg.order_no = r.order_no AND leg.courier = r.courier)
   OR EXISTS (SELECT FROM leg WHERE leg.waybill_no = r.waybill_no AND leg.courier = r.courier))
 ORDER BY r.id LIMIT $2 FOR UPDATE OF r SKIP LOCKED)
RETURNING courier, event_id, sealed_body"""

_PURGE_STRAYS = """WITH due AS (
 SELECT id FROM courier_report WHERE verdict IN ('held', 'unreadable') AND heard_at < $2
 ORDER BY heard_at LIMIT $1 FOR UPDATE SKIP LOCKED),
gone AS (DELETE FROM courier_report USING due WHERE courier_report.id = due.id)
SELECT count(*) FROM due"""

_OF_SHIPMENT = """SELECT courier, code, occurred_at, verdict, waybill_no, event_id, sealed_body FROM courier_report
 WHERE shipment_id = $1 AND verdict NOT IN ('hint', 'unconfirmed') ORDER BY occurred_at, id LIMIT 500"""


class PgReports:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def about(self, uow: UnitOfWork, report: Report, *, lock: bool) -> About:
        """The shipment that has, or once had, the report's order, else its waybill; and what was heard before.

        With `lock` others wait until this unit of work has ended.
        """
        if lock:  # by itself: what is read afterwards is what the one before us left
            await uow.execute(_LOCK_LEG, report.courier, report.order_no, report.waybill_no)
        row = None
        if report.order_no:
            row = await uow.read_row(_BY_ORDER, report.order_no, report.courier, report.event_id)
        if row is None and report.waybill_no:
            row = await uow.read_row(_BY_WAYBILL, report.waybill_no, report.courier, report.event_id)
        if row is None:
            return About(None, report.order_no, None)
        order_no, heard = row[WIDTH:]
        return About(read_shipment(row), order_no, Verdict(heard) if heard else None)

    async def known(self, uow: UnitOfWork, shipment_id: UUID, reports: Sequence[Report]) -> Known:
        """What is known of a shipment whose courier answered with `reports`. It is never deleted."""
        courier = reports[0].courier if reports else ""
        row = await uow.read_row(_KNOWN, shipment_id, courier, [report.event_id for report in reports])
        assert row is not None, "shipments are never deleted"
        heard, doubted_since = row[WIDTH:]
        return Known(read_shipment(row), frozenset(heard), doubted_since)

    def record(self, uow: UnitOfWork, shipment: Shipment, judged: Sequence[Judged]) -> None:
        """Stores the reports and saves their shipment.

        At the commit ShipmentChangedMeanwhile, where either is not as it was read.
        """
        columns = zip(*(self._row(one, shipment) for one in judged), strict=True)
        uow.write(
            _RECORD, *saved_values(shipment), *map(list, columns), rows=len(judged),
            otherwise=ShipmentChangedMeanwhile,
        )  # fmt: skip

    def hint(self, uow: UnitOfWork, shipment: Shipment, report: Report) -> None:
        """Keeps what a push says without proof, shown to nobody."""
        uow.write(_HINT, *self._row(Judged(report, "push", Verdict.HINT), shipment), shipment.id)

    def doubt(self, uow: UnitOfWork, shipment: Shipment, reports: Sequence[Report]) -> None:
        """The hints about a shipment that are not among `reports` are not believed."""
        uow.write(_DOUBT, shipment.id, [report.event_id for report in reports])

    def repeat(self, uow: UnitOfWork, report: Report) -> None:
        """Counts one more copy of a report that was heard before."""
        uow.write(_REPEAT, report.courier, report.event_id, now())

    def hold(self, uow: UnitOfWork, judged: Judged) -> None:
        """Keeps a report that no shipment of ours can take (yet)."""
        uow.write(_HOLD, *self._row(judged))

    async def take_held(
        self, uow: UnitOfWork, couriers: Sequence[str], limit: int
    ) -> list[tuple[str, bytes]]:
        """Takes out those whose order is known by now: (courier, body), oldest first."""
        rows = await uow.fetch(_TAKE_HELD, list(couriers), limit)
        return [(row["courier"], self._open(row["event_id"], row["sealed_body"])) for row in rows]

    async def purge_strays(self, uow: UnitOfWork, limit: int, before: datetime) -> int:
        """Forgets those that came before then and are on no parcel of ours, or unreadable; how many there were."""
        return int(await uow.fetchval(_PURGE_STRAYS, limit, before))

    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[HeardReport]:
        rows = await uow.read(_OF_SHIPMENT, shipment_id)
        return [
            HeardReport(
                row["courier"],
                row["code"],
                row["occurred_at"],
                row["verdict"],
                row["waybill_no"],
                self._open(row["event_id"], row["sealed_body"]) if row["sealed_body"] else None,
            )
            for row in rows
        ]

    def _row(self, judged: Judged, shipment: Shipment | None = None) -> tuple[Any, ...]:
        """The values of `_COLUMNS`; without what came, where nobody would empty it any more."""
        report = judged.report
        keeps = shipment is None or not shipment.is_emptied
        moment = now()
        return (
            uuid7(),
            report.courier,
            report.event_id,
            report.order_no,
            report.waybill_no,
            report.code,
            report.occurred_at,
            moment,
            judged.source,
            judged.verdict.value,
            self._sealer.seal(report.body, report.event_id.encode()) if keeps else None,
            moment if judged.source == "push" else None,
            report.request_id,
        )

    def _open(self, event_id: str, sealed: bytes) -> bytes:
        return self._sealer.open(sealed, event_id.encode())

"""Pushed scans as their couriers' engineers are shown them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.partners import Asked, Standing
from chassis.partners.refusals import floor_of
from chassis.sealing import Sealer

from courier_svc.application.partner_desk import Pushed

_SHOWN: Final = """SELECT id, event_id, order_no, code, pushed_at, last_pushed_at, verdict, request_id, shipment_id,
 greatest(1, repeats + (pushed_at = heard_at)::int) AS copies, sealed_body
 FROM courier_report WHERE courier = $1 AND pushed_at IS NOT NULL"""
_PAGE: Final = f"{_SHOWN} AND id < $2 AND id >= $3 AND verdict = ANY($4::text[]) ORDER BY id DESC LIMIT $5"
_OF_NUMBER: Final = _PAGE.replace("AND id < $2", "AND order_no = $6 AND id < $2")
_TAKE: Final = "DELETE FROM courier_report WHERE id = $1 AND verdict IN ('held', 'unreadable') RETURNING id"
_HAS_LEG: Final = "SELECT EXISTS (SELECT FROM leg WHERE courier = $1 AND (order_no = $2 OR waybill_no = $3))"
_PUSHED: Final = "FROM courier_report WHERE courier = $1 AND pushed_at IS NOT NULL"
_OPEN: Final = f"""{_PUSHED}
  AND verdict IN ('hint', 'held', 'contradiction', 'unconfirmed', 'unreadable')"""
_STANDING: Final = f"""SELECT
 (SELECT coalesce(last_pushed_at, pushed_at) {_PUSHED} ORDER BY id DESC LIMIT 1) AS last_at,
 (SELECT pushed_at {_PUSHED} AND id >= $2 AND verdict IN ('applied', 'recorded') ORDER BY id DESC LIMIT 1)
  AS accepted_at,
 (SELECT count(*)::int {_OPEN} AND verdict IN ('hint', 'held')) AS waiting,
 (SELECT pushed_at {_OPEN} AND verdict IN ('hint', 'held') ORDER BY id LIMIT 1) AS oldest_at,
 (SELECT count(*)::int {_OPEN} AND verdict IN ('contradiction', 'unconfirmed', 'unreadable')) AS held,
 (SELECT count(*)::int FROM job j JOIN shipment s ON s.id = j.key::uuid WHERE j.kind = $3 AND s.courier = $1) AS tries,
 (SELECT min(j.run_at) FROM job j JOIN shipment s ON s.id = j.key::uuid WHERE j.kind = $3 AND s.courier = $1)
  AS next_try_at"""
_SEEN: Final = timedelta(days=31)


class PgPushes:
    """Implements `application.partner_desk.PushedScans`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def page(
        self, uow: UnitOfWork, courier: str, asked: Asked, verdicts: Sequence[str]
    ) -> list[Pushed]:
        args = (courier, asked.before, asked.floor, list(verdicts), asked.limit)
        if asked.number is None:
            rows = await uow.read(_PAGE, *args)
        else:
            rows = await uow.read(_OF_NUMBER, *args, asked.number)
        return [self._pushed(dict(row)) for row in rows]

    async def one(self, uow: UnitOfWork, courier: str, scan: UUID) -> Pushed | None:
        row = await uow.read_row(f"{_SHOWN} AND id = $2", courier, scan)
        return self._pushed(dict(row)) if row else None

    async def take(self, uow: UnitOfWork, scan: UUID) -> bool:
        """Takes out one that is still held or unreadable, to be heard again; False where another was faster."""
        return await uow.fetchval(_TAKE, scan) is not None

    async def id_of(self, uow: UnitOfWork, courier: str, event_id: str) -> UUID | None:
        """The scan as it is kept now: one that is heard again has another id."""
        found: UUID | None = await uow.read_value(
            "SELECT id FROM courier_report WHERE courier = $1 AND event_id = $2", courier, event_id
        )
        return found

    async def is_ours(self, uow: UnitOfWork, courier: str, order_no: str, waybill_no: str | None) -> bool:
        """Whether a leg of ours has the number, or the waybill."""
        known: bool = await uow.read_value(_HAS_LEG, courier, order_no, waybill_no)
        return known

    async def standing(self, uow: UnitOfWork, courier: str, asks: str) -> Standing:
        """`asks`: the kind of job that asks the courier about what waits."""
        row = await uow.read_row(_STANDING, courier, floor_of(now() - _SEEN), asks)
        assert row is not None
        return Standing(**row)

    def _pushed(self, fields: dict[str, Any]) -> Pushed:
        sealed, event_id = fields.pop("sealed_body"), fields.pop("event_id")
        body = self._sealer.open(sealed, event_id.encode()) if sealed else None
        return Pushed(**fields, body=body)

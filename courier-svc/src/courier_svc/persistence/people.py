"""All that is kept of one to whom parcels go: handed out."""

from typing import Any, Final
from uuid import UUID

import orjson
from chassis.db import UnitOfWork
from chassis.people import ExportPage, Record
from chassis.sealing import Sealer

_PAGE: Final = 50
_SHIPMENTS: Final = """SELECT s.*, ARRAY(SELECT jsonb_build_object('code', r.code, 'at', r.occurred_at)
 FROM courier_report r WHERE r.shipment_id = s.id ORDER BY r.occurred_at) AS scans FROM shipment s
 WHERE s.applicant_id = $1 AND ($2::uuid IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3"""
_SEALED: Final = ("sealed_address", "sealed_next_address")


class CourierPeople:
    """Implements `chassis.people.PersonalData`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        rows = await uow.read(_SHIPMENTS, account_id, after, _PAGE)
        records = [
            Record(section="parcels", title="寄递", title_en="Parcels", data=self._shown(row)) for row in rows
        ]
        return ExportPage(records=records, next=rows[-1]["id"] if len(rows) == _PAGE else None)

    async def file(self, uow: UnitOfWork, account_id: UUID, file_id: str) -> bytes | None:
        return None

    def _shown(self, row: Any) -> dict[str, Any]:
        data = {name: value for name, value in row.items() if name not in (*_SEALED, "applicant_id")}
        for name in _SEALED:
            if row[name] is not None:
                data[name.removeprefix("sealed_")] = orjson.loads(
                    self._sealer.open(row[name], row["id"].bytes)
                )
        return data

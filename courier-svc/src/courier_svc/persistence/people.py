"""All that is kept of one to whom parcels go: handed out, and erased."""

from typing import Any, Final
from uuid import UUID

import orjson
from chassis.db import UnitOfWork
from chassis.people import NOBODY, Blocker, ExportPage, Outcome, Record, erased, kept
from chassis.sealing import Sealer

from courier_svc.domain.retention import UNDER_WAY

_PAGE: Final = 50
_SHIPMENTS: Final = """SELECT s.*, ARRAY(SELECT jsonb_build_object('code', r.code, 'at', r.occurred_at)
 FROM courier_report r WHERE r.shipment_id = s.id ORDER BY r.occurred_at) AS scans FROM shipment s
 WHERE s.applicant_id = $1 AND ($2::uuid IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3"""
_SEALED: Final = ("sealed_address", "sealed_next_address")

_OPEN: Final = (
    "SELECT case_no FROM shipment WHERE applicant_id = $1 AND ended_at IS NULL ORDER BY id LIMIT 20"
)
_REPORTS: Final = """UPDATE courier_report SET sealed_body = NULL WHERE sealed_body IS NOT NULL AND shipment_id IN
 (SELECT id FROM shipment WHERE applicant_id = $1 AND ended_at IS NOT NULL)"""
_ADDRESSES: Final = """UPDATE shipment SET sealed_address = NULL, sealed_next_address = NULL, purge_at = NULL
 WHERE applicant_id = $1 AND ended_at IS NOT NULL AND coalesce(sealed_address, sealed_next_address) IS NOT NULL"""
_LOOSEN: Final = "UPDATE shipment SET applicant_id = $2 WHERE applicant_id = $1 AND ended_at IS NOT NULL"
_LEFT: Final = "SELECT count(*) FROM shipment WHERE applicant_id = $1"


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

    async def blockers(self, uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
        return [
            Blocker(
                code="parcel-under-way",
                zh=f"办件 {row['case_no']} 的寄递尚未结束，请等待签收或退回。",
                en=f"A parcel of case {row['case_no']} is under way: wait until it has arrived or come back.",
            )
            for row in await uow.read(_OPEN, account_id)
        ]

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> list[Outcome]:
        """What stays of a parcel (waybill, times) names nobody and is nobody's any more."""
        reports = _count(await uow.execute(_REPORTS, account_id))
        addresses = _count(await uow.execute(_ADDRESSES, account_id))
        parcels = _count(await uow.execute(_LOOSEN, account_id, NOBODY))
        return [
            *erased("寄送地址", "Addresses", addresses),
            *erased("快递公司回传的内容", "What couriers reported", reports),
            *erased("寄递与本人的关联", "Whose the parcels were", parcels),
            *kept(UNDER_WAY, await uow.fetchval(_LEFT, account_id), None),
        ]

    def _shown(self, row: Any) -> dict[str, Any]:
        data = {name: value for name, value in row.items() if name not in (*_SEALED, "applicant_id")}
        for name in _SEALED:
            if row[name] is not None:
                data[name.removeprefix("sealed_")] = orjson.loads(
                    self._sealer.open(row[name], row["id"].bytes)
                )
        return data


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])

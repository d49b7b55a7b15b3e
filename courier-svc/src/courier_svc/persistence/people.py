"""All that is kept of one to whom parcels go: handed out, and erased."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from chassis.db import UnitOfWork
from chassis.people import NOBODY, Blocker, ExportPage, Outcome, Record, erased, kept
from chassis.sealing import Sealer

from courier_svc.domain.retention import ACTS, UNDER_WAY

_PAGE: Final = 50
# One's own parcels, and those of others one did something with: both in one order, so that one cursor does.
_IDS: Final = """(SELECT id FROM shipment WHERE applicant_id = $1 AND ($2::uuid IS NULL OR id > $2)
 ORDER BY id LIMIT $3)
UNION (SELECT DISTINCT shipment_id FROM shipment_act WHERE acted_by = $1 AND ($2::uuid IS NULL OR shipment_id > $2)
 ORDER BY shipment_id LIMIT $3) ORDER BY 1 LIMIT $3"""
_SHIPMENTS: Final = """SELECT s.*, ARRAY(SELECT jsonb_build_object('code', r.code, 'at', r.occurred_at)
 FROM courier_report r WHERE r.shipment_id = s.id AND r.verdict NOT IN ('hint', 'unconfirmed')
 ORDER BY r.occurred_at) AS scans FROM shipment s
 WHERE s.applicant_id = $1 AND s.id = ANY($2::uuid[]) ORDER BY s.id"""
_ACTS: Final = """SELECT a.shipment_id, (SELECT case_id FROM shipment WHERE id = a.shipment_id) AS case_id, a.what,
 a.at, a.officer_id, a.acted_by, a.mandate_id FROM shipment_act a WHERE a.shipment_id = ANY($1::uuid[]) ORDER BY a.id"""
_CLAIMS_OF: Final = "SELECT * FROM claim WHERE shipment_id = ANY($1::uuid[]) ORDER BY id"
_SEALED: Final = ("sealed_address", "sealed_next_address", "sealed_proof")

_OPEN: Final = (
    "SELECT case_no FROM shipment WHERE applicant_id = $1 AND ended_at IS NULL ORDER BY id LIMIT 20"
)
# A report that is being recorded is waited for, and then seen by what follows.
_LOCK: Final = "SELECT FROM shipment WHERE applicant_id = $1 ORDER BY id FOR UPDATE"
_REPORTS: Final = """UPDATE courier_report SET sealed_body = NULL WHERE sealed_body IS NOT NULL AND shipment_id IN
 (SELECT id FROM shipment WHERE applicant_id = $1 AND ended_at IS NOT NULL)"""
_ADDRESSES: Final = """UPDATE shipment SET sealed_address = NULL, sealed_next_address = NULL, sealed_proof = NULL,
  purge_at = NULL, proof_purge_at = NULL
 WHERE applicant_id = $1 AND ended_at IS NOT NULL
  AND coalesce(sealed_address, sealed_next_address, sealed_proof) IS NOT NULL"""
_CLAIMS: Final = """UPDATE claim SET sealed_words = NULL, purge_at = NULL WHERE sealed_words IS NOT NULL
 AND shipment_id IN (SELECT id FROM shipment WHERE applicant_id = $1 AND ended_at IS NOT NULL)"""
# Still by an agent, and no longer by which.
_LOOSEN_ACTS: Final = """UPDATE shipment_act SET acted_by = $2, mandate_id = NULL WHERE acted_by IS NOT NULL
 AND shipment_id IN (SELECT id FROM shipment WHERE applicant_id = $1 AND ended_at IS NOT NULL)"""
_ACTED: Final = "SELECT true FROM shipment_act WHERE acted_by = $1 LIMIT 1"
_LOOSEN: Final = "UPDATE shipment SET applicant_id = $2 WHERE applicant_id = $1 AND ended_at IS NOT NULL"
_LEFT: Final = "SELECT count(*) FROM shipment WHERE applicant_id = $1"


class CourierPeople:
    """Implements `chassis.people.PersonalData`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        found = [row[0] for row in await uow.read(_IDS, account_id, after, _PAGE)]
        rows, acts = await uow.read(_SHIPMENTS, account_id, found), await uow.read(_ACTS, found)
        claims = await uow.read(_CLAIMS_OF, found)
        records = [
            Record(section="parcels", title="寄递", title_en="Parcels", data=self._shown(row, acts, claims))
            for row in rows
        ]
        records += [_done_for_another(act) for act in acts if act["acted_by"] == account_id]
        return ExportPage(records=records, next=found[-1] if len(found) == _PAGE else None)

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
        await uow.execute(_LOCK, account_id)
        reports = _count(await uow.execute(_REPORTS, account_id))
        addresses = _count(await uow.execute(_ADDRESSES, account_id))
        claims = _count(await uow.execute(_CLAIMS, account_id))
        await uow.execute(_LOOSEN_ACTS, account_id, NOBODY)
        parcels = _count(await uow.execute(_LOOSEN, account_id, NOBODY))
        return [
            *erased("寄送地址、签收凭证", "Addresses and proofs of delivery", addresses),
            *erased("索赔说明", "What was written in claims", claims),
            *erased("快递公司回传的内容", "What couriers reported", reports),
            *erased("寄递与本人的关联", "Whose the parcels were", parcels),
            *kept(UNDER_WAY, await uow.fetchval(_LEFT, account_id), None),
            *kept(ACTS, None if await uow.fetchval(_ACTED, account_id) else 0, None),
        ]

    def _shown(self, row: Any, acts: Sequence[Any], claims: Sequence[Any]) -> dict[str, Any]:
        data = {name: value for name, value in row.items() if name not in (*_SEALED, "applicant_id")}
        for name in _SEALED:
            if row[name] is not None:
                data[name.removeprefix("sealed_")] = orjson.loads(
                    self._sealer.open(row[name], row["id"].bytes)
                )
        data["acts"] = [
            {name: act[name] for name in ("what", "at", "officer_id", "acted_by", "mandate_id")}
            for act in acts
            if act["shipment_id"] == row["id"]
        ]
        data["claims"] = [self._claim(claim) for claim in claims if claim["shipment_id"] == row["id"]]
        return data

    def _claim(self, claim: Any) -> dict[str, Any]:
        data = {
            name: claim[name] for name in ("kind", "state", "opened_at", "ended_at", "compensation_cents")
        }
        if claim["sealed_words"] is not None:
            data["words"] = self._sealer.open(claim["sealed_words"], claim["id"].bytes).decode()
        return data


def _done_for_another(act: Any) -> Record:
    """What they did, and by which mandate; of the parcel, which is somebody else's, only which it was."""
    data = {name: act[name] for name in ("shipment_id", "case_id", "what", "at", "mandate_id")}
    return Record(section="acts", title="代他人办理寄递", title_en="Done for others", data=data)


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])

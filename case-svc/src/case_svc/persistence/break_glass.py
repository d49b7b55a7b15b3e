"""Cases opened by exception. What an officer gave as reason is sealed: people write names into such fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..application.records import ExceptionUsed
from ..domain.break_glass import Grant
from ..domain.case import Case
from ..domain.errors import CaseChangedMeanwhile
from .sealed import open_json, seal_json

_COLUMNS: Final = """id, case_id, case_no, unit, department, officer_id, officer_unit, officer_department, reason, at,
  until"""
# The note stands in the case's history; raising the version gives the event its place among the case's.
ADD: Final = Statement(
    """INSERT INTO case_history (case_id, action, actor, officer_id, at, facts)
SELECT $raised.id, 'opened_by_exception', 'officer', $8, $12::timestamptz, jsonb_build_object('grant_id', $3::uuid)
FROM $raised, $granted""",
    raised="UPDATE cases SET version = version + 1 WHERE id = $1 AND version = $2 RETURNING id",
    granted=f"""INSERT INTO break_glass ({_COLUMNS})
  SELECT $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM $raised RETURNING id""",
)
ACTIVE: Final = """SELECT id FROM break_glass WHERE officer_id = $1 AND case_id = $2 AND until > $3
ORDER BY until DESC LIMIT 1"""
OF_DEPARTMENT: Final = f"""SELECT {_COLUMNS}, (
  SELECT count(*) FROM case_view v WHERE v.case_id = used.case_id AND v.grant_id = used.id) AS looks
FROM (
  (SELECT * FROM break_glass WHERE department = $1 AND id < $2 ORDER BY id DESC LIMIT $3) UNION
  (SELECT * FROM break_glass WHERE officer_department = $1 AND id < $2 ORDER BY id DESC LIMIT $3)) AS used
ORDER BY id DESC LIMIT $3"""
_LAST_ID: Final = UUID(int=2**128 - 1)


class BreakGlassTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(self, uow: UnitOfWork, case: Case, grant: Grant) -> None:
        """At the commit CaseChangedMeanwhile where the case moved since it was read."""
        uow.write(
            ADD, case.id, case.version, grant.id, grant.case_id, grant.case_no, grant.unit, grant.department,
            grant.officer_id, grant.officer_unit, grant.officer_department,
            seal_json(self._sealer, {"reason": grant.reason}, reason_aad(grant.id)), grant.at, grant.until,
            rows=1, otherwise=CaseChangedMeanwhile,
        )  # fmt: skip

    async def active(self, uow: UnitOfWork, case_id: UUID, officer_id: UUID, at: datetime) -> UUID | None:
        """The grant by which the officer may read the case now."""
        row = await uow.read_row(ACTIVE, officer_id, case_id, at)
        return row["id"] if row else None

    async def of_department(
        self, uow: UnitOfWork, department: str, after: UUID | None, limit: int
    ) -> Sequence[ExceptionUsed]:
        """Newest first."""
        rows = await uow.read(OF_DEPARTMENT, department, after or _LAST_ID, limit)
        return [ExceptionUsed(self._grant(row), row["looks"]) for row in rows]

    def _grant(self, row: Mapping[str, Any]) -> Grant:
        values = {name.strip(): row[name.strip()] for name in _COLUMNS.split(",")}
        values["reason"] = open_reason(self._sealer, row["id"], row["reason"])
        return Grant(**values)


def open_reason(sealer: Sealer, grant_id: UUID, sealed: bytes) -> str:
    reason: str = open_json(sealer, sealed, reason_aad(grant_id))["reason"]
    return reason


def reason_aad(grant_id: UUID) -> bytes:
    return b"break-glass:" + grant_id.bytes

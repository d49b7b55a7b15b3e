"""All that is kept of one who was asked for, or gave, a review: handed out."""

from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import ExportPage, Record
from chassis.sealing import Sealer

_PAGE: Final = 100
_REVIEWS: Final = """SELECT id, case_no, item_code, unit, level, tags, sealed_text, submitted_at FROM review
 WHERE applicant_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3"""
_INVITATIONS: Final = "SELECT * FROM invitation WHERE applicant_id = $1 ORDER BY case_id LIMIT 1000"


class EvaluationPeople:
    """Implements `chassis.people.PersonalData`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        rows = await uow.read(_REVIEWS, account_id, after, _PAGE)
        records = [
            Record(section="reviews", title="好差评", title_en="Reviews", data=self._shown(row))
            for row in rows
        ]
        if after is None:
            records += [
                Record(
                    section="invitations", title="评价邀请", title_en="Invitations to review",
                    data={name: value for name, value in row.items() if name != "applicant_id"},
                )
                for row in await uow.read(_INVITATIONS, account_id)
            ]  # fmt: skip
        return ExportPage(records=records, next=rows[-1]["id"] if len(rows) == _PAGE else None)

    async def file(self, uow: UnitOfWork, account_id: UUID, file_id: str) -> bytes | None:
        return None

    def _shown(self, row: Any) -> dict[str, Any]:
        data = {name: value for name, value in row.items() if name != "sealed_text"}
        if row["sealed_text"] is not None:
            data["text"] = self._sealer.open(row["sealed_text"], row["id"].bytes).decode()
        return data

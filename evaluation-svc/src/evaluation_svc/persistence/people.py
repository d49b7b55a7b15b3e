"""All that is kept of one who was asked for, or gave, a review: handed out, and erased."""

from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import NOBODY, Blocker, ExportPage, Outcome, Record, erased, kept
from chassis.sealing import Sealer

from ..domain.retention import EVENTS

_PAGE: Final = 100
_REVIEWS: Final = """SELECT id, case_no, item_code, unit, level, tags, sealed_text, submitted_at FROM review
 WHERE applicant_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3"""
_REVIEWED: Final = "case_id IN (SELECT case_id FROM review WHERE applicant_id = $1)"
"""Only open invitations are found by whom they invite; who accepted one has a review."""
_INVITATIONS: Final = f"""SELECT * FROM invitation WHERE applicant_id = $1 AND reviewed_at IS NULL
 UNION ALL SELECT * FROM invitation WHERE {_REVIEWED} AND reviewed_at IS NOT NULL ORDER BY case_id LIMIT 1000"""

_TEXTS: Final = "UPDATE review SET sealed_text = NULL WHERE applicant_id = $1 AND sealed_text IS NOT NULL"
_LOOSEN: Final = "UPDATE review SET applicant_id = $2 WHERE applicant_id = $1"
_FORGET: Final = "DELETE FROM invitation WHERE applicant_id = $1 AND reviewed_at IS NULL"
_FORGET_REVIEWED: Final = f"DELETE FROM invitation WHERE {_REVIEWED} AND reviewed_at IS NOT NULL"


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

    async def blockers(self, uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
        return []

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> list[Outcome]:
        """Levels stay in the statistics of units, and are nobody's any more."""
        texts = _count(await uow.execute(_TEXTS, account_id))
        invitations = _count(await uow.execute(_FORGET, account_id))
        invitations += _count(await uow.execute(_FORGET_REVIEWED, account_id))
        reviews = _count(await uow.execute(_LOOSEN, account_id, NOBODY))
        return [
            *erased("评价文字", "What was written in reviews", texts),
            *erased(
                "评价与本人的关联（评价等级匿名保留）",
                "Whose the reviews were (levels stay, anonymous)",
                reviews,
            ),
            *erased("评价邀请", "Invitations to review", invitations),
            *kept(EVENTS, None, None),
        ]

    def _shown(self, row: Any) -> dict[str, Any]:
        data = {name: value for name, value in row.items() if name != "sealed_text"}
        if row["sealed_text"] is not None:
            data["text"] = self._sealer.open(row["sealed_text"], row["id"].bytes).decode()
        return data


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])

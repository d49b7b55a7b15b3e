"""Invitations and reviews in PostgreSQL; the applicant's words are sealed."""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Final
from uuid import UUID

import asyncpg
from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from evaluation_svc.application.ports import BatchReview, OwnReview
from evaluation_svc.domain.errors import AlreadyReviewed
from evaluation_svc.domain.levels import Indicator, Level
from evaluation_svc.domain.review import Invitation, Review

_INVITE = """INSERT INTO invitation (case_id, case_no, applicant_id, item_code, item_version, department,
 unit, officer_id, outcome, ended_at, invited_at)
 SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::uuid[],
  $9::text[], $10::timestamptz[], $11::timestamptz[])
 ON CONFLICT (case_id) DO NOTHING RETURNING case_id"""
_INVITATION_VALUES = attrgetter(
    "case_id", "case_no", "applicant_id", "item_code", "item_version", "department", "unit", "officer_id", "outcome",
    "ended_at", "invited_at",
)  # fmt: skip

_INVITATION = """case_id, case_no, applicant_id, item_code, item_version, department, unit, officer_id,
 outcome, ended_at, invited_at, reviewed_at"""

_OPEN = f"""SELECT {_INVITATION} FROM invitation WHERE applicant_id = $1 AND reviewed_at IS NULL
 AND (invited_at, case_id) < ($2, $3) ORDER BY invited_at DESC, case_id DESC LIMIT $4"""

_INVITED = f"SELECT {_INVITATION} FROM invitation WHERE case_id = $1 AND applicant_id = $2"

# Closing the invitation lets one review through; its mark is what statistics count. A row of its own: counting up the
# day's rows here would make the reviews of an item queue for each other's commits.
_SUBMIT: Final = Statement(
    """INSERT INTO review (id, case_id, case_no, applicant_id, item_code, department, unit, officer_id, level, tags,
  sealed_text, submitted_at)
 SELECT $4::uuid, $1::uuid, case_no, $2::uuid, item_code, department, unit, officer_id, $5::text, $6::text[],
  $7::bytea, $3::timestamptz FROM $invited""",
    invited="""UPDATE invitation SET reviewed_at = $3::timestamptz
 WHERE case_id = $1::uuid AND applicant_id = $2::uuid AND reviewed_at IS NULL
 RETURNING case_no, item_code, department, unit, officer_id""",
    marked="""INSERT INTO tally_mark (review_id, day, item_code, department, unit, officer_id, level)
 SELECT $4::uuid, $8::date, item_code, department, unit, officer_id, $5::text FROM $invited""",
)

_REVIEW = "id, case_id, level, tags, sealed_text, submitted_at"
_OF_CASE = f"SELECT {_REVIEW} FROM review WHERE case_id = $1 AND applicant_id = $2"
_OF_APPLICANT = f"""SELECT {_REVIEW}, case_no, item_code, unit FROM review
 WHERE applicant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"""

BATCH: Final = 5
"""The judged unit never sees fewer reviews at once: nobody can be told from the others."""

_RELEASE = f"""WITH ripe AS (
 SELECT unit, min(department) AS department, uuidv7() AS batch_id FROM review
 WHERE batch_id IS NULL GROUP BY unit HAVING count(*) >= {BATCH} LIMIT 500),
batch AS (INSERT INTO review_batch (id, unit, department, released_at)
 SELECT batch_id, unit, department, $1 FROM ripe),
released AS (UPDATE review SET batch_id = ripe.batch_id FROM ripe
 WHERE review.unit = ripe.unit AND review.batch_id IS NULL)
SELECT count(*) FROM ripe"""

# By the batch's own order, not by time or id: those would tell whose review it is.
_BATCHES = """SELECT id, released_at FROM review_batch WHERE unit = $1 AND id < $2
 AND ($4::text IS NULL OR department = $4) ORDER BY id DESC LIMIT $3"""
_IN_BATCHES = """SELECT batch_id, id, level, tags, sealed_text FROM review WHERE batch_id = ANY($1::uuid[])
 ORDER BY batch_id DESC, md5(id::text)"""


class PgReviews:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def invite(self, uow: UnitOfWork, invitations: Sequence[Invitation]) -> set[UUID]:
        """The cases of those that were not invited before."""
        rows = await uow.fetch(_INVITE, *map(list, zip(*map(_INVITATION_VALUES, invitations), strict=True)))
        return {row["case_id"] for row in rows}

    async def invited(self, uow: UnitOfWork, case_id: UUID, applicant_id: UUID) -> Invitation | None:
        """The applicant's invitation, open or not."""
        row = await uow.read_row(_INVITED, case_id, applicant_id)
        return Invitation(*row) if row else None

    def submit(self, uow: UnitOfWork, applicant_id: UUID, review: Review, day: date) -> None:
        """Stores `review` against its open invitation and marks it for the counts of `day`.

        At the commit AlreadyReviewed, where another one was faster.
        """
        uow.write(
            _SUBMIT,
            review.case_id,
            applicant_id,
            review.submitted_at,
            review.id,
            review.level,
            review.tags,
            self._sealer.seal(review.text.encode(), review.id.bytes) if review.text else None,
            day,
            rows=1,
            otherwise=AlreadyReviewed,
        )

    async def of_case(self, uow: UnitOfWork, case_id: UUID, applicant_id: UUID) -> Review | None:
        row = await uow.read_row(_OF_CASE, case_id, applicant_id)
        return self._review(row) if row else None

    async def of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> list[OwnReview]:
        """Newest first, those with an id below `before`."""
        rows = await uow.read(_OF_APPLICANT, applicant_id, before, limit)
        return [OwnReview(self._review(row), row["case_no"], row["item_code"], row["unit"]) for row in rows]

    async def open_invitations(
        self, uow: UnitOfWork, applicant_id: UUID, before: tuple[datetime, UUID], limit: int
    ) -> list[Invitation]:
        """Newest first, those before the key."""
        rows = await uow.read(_OPEN, applicant_id, *before, limit)
        return [Invitation(*row) for row in rows]

    async def release(self, uow: UnitOfWork, moment: datetime) -> int:
        """Makes a batch of each unit that has enough unreleased reviews; how many batches."""
        return int(await uow.fetchval(_RELEASE, moment))

    async def batches(
        self, uow: UnitOfWork, unit: str, before: UUID, limit: int, department: str | None
    ) -> list[tuple[UUID, datetime, list[BatchReview]]]:
        """A unit's batches, newest first: (id, released at, reviews in no telling order).

        With `department`, only those it got as part of that department.
        """
        batches = await uow.read(_BATCHES, unit, before, limit, department)
        rows = await uow.read(_IN_BATCHES, [batch["id"] for batch in batches])
        reviews: dict[UUID, list[BatchReview]] = {batch["id"]: [] for batch in batches}
        for row in rows:
            review = BatchReview(Level(row["level"]), _tags(row), self._text(row))
            reviews[row["batch_id"]].append(review)
        return [(batch["id"], batch["released_at"], reviews[batch["id"]]) for batch in batches]

    def _review(self, row: asyncpg.Record) -> Review:
        return Review(
            row["id"], row["case_id"], Level(row["level"]), _tags(row), self._text(row), row["submitted_at"]
        )

    def _text(self, row: asyncpg.Record) -> str | None:
        sealed = row["sealed_text"]
        return self._sealer.open(sealed, row["id"].bytes).decode() if sealed else None


def _tags(row: asyncpg.Record) -> tuple[Indicator, ...]:
    return tuple(Indicator(tag) for tag in row["tags"])

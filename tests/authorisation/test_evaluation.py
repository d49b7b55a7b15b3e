"""evaluation-svc against its table: invitations, reviews, what a unit reads of them, audit heads."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Running, bearer

from .callers import Cast
from .every_service import export_of, for_operators
from .table import kit, table
from .trying import Call, Object, Trial, each

own = kit("evaluation")
svc = own.svc
ROWS = table("evaluation-svc")
WORDS = "只有本人写得出的评语"
BATCH_WORDS = "只有本单位读得到的评语"
HEAD_HASH = "ab" * 32
SECRETS = (WORDS, BATCH_WORDS, HEAD_HASH)


class Objects:
    """Makes what the operations are called on: always of a case of unit XC-HUZHENG."""

    def __init__(self, svc: Running, cast: Cast) -> None:
        self.svc, self.cast = svc, cast
        self._heads = 0

    async def _ended(self, applicant: UUID, officer: UUID | None = None) -> str:
        facts = own.case_facts(
            applicant_id=applicant, unit=self.cast.unit, department=self.cast.department,
            deciding_officer_id=officer, how="delivered",
        )  # fmt: skip
        await self.svc.deliver(own.CaseCompleted(**facts))
        return str(facts["case_id"])

    async def _reviewed(self, applicant: UUID, words: str, officer: UUID | None = None) -> str:
        case_id = await self._ended(applicant, officer)
        answer = await self.svc.client.post(
            "/api/reviews", json={"case_id": case_id, "level": "satisfied", "text": words},
            headers=bearer(self.svc.tokens.citizen(applicant)),
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        return case_id

    async def invitation(self, who: str) -> Object:
        """For lists: in the answers to those whose list it is in."""
        case_id = await self._ended(getattr(self.cast, who))
        return Object(query={"limit": "100"}, shows=(case_id,))

    async def to_review(self, who: str) -> Object:
        case_id = await self._ended(getattr(self.cast, who))
        return Object(json={"case_id": case_id, "level": "satisfied", "text": "还可以"})

    async def review(self, who: str) -> Object:
        await self._reviewed(getattr(self.cast, who), WORDS)
        return Object(query={"limit": "100"}, shows=(WORDS,))

    async def counted(self, who: str) -> Object:
        await self._reviewed(getattr(self.cast, who), WORDS)
        return Object(query={"group": "unit"}, shows=(self.cast.unit,))

    async def counted_officer(self, _: str) -> Object:
        officer = uuid4()
        await self._reviewed(uuid4(), WORDS, officer)
        return Object(query={"group": "officer"}, shows=(str(officer),))

    async def batch(self, _: str) -> Object:
        for _ in range(5):
            await self._reviewed(uuid4(), BATCH_WORDS)
        await self.svc.service.pool.execute(
            "INSERT INTO job (kind, key) VALUES ('evaluation.release_batches', 'recurring')"
            " ON CONFLICT (kind, key) DO UPDATE SET run_at = now()"
        )
        await self.svc.run_jobs()
        return Object(shows=(BATCH_WORDS,))

    async def batch_of_unit(self, who: str) -> Object:
        return Object(query={"unit": self.cast.unit}, shows=(await self.batch(who)).shows)

    async def export(self, who: str) -> Object:
        await self._reviewed(getattr(self.cast, who), WORDS)
        return export_of(getattr(self.cast, who), WORDS)

    async def to_end_first(self, who: str) -> Object:
        """Nothing ever stands in the way here."""
        return export_of(getattr(self.cast, who), "[]")

    async def to_erase(self, who: str) -> Object:
        await self._reviewed(getattr(self.cast, who), WORDS)
        return export_of(getattr(self.cast, who), "评价文字")

    async def head(self, _: str) -> Object:
        self._heads += 1
        return Object(json=self._head())

    def _head(self) -> dict[str, Any]:
        return {
            "service": "case-svc", "number": self._heads, "hash": HEAD_HASH, "rows": 7,
            "sealed_at": datetime.now(UTC).isoformat(), "signature": "cd" * 32,
        }  # fmt: skip

    async def kept_head(self, who: str) -> Object:
        told = await self.head(who)
        as_case = bearer(self.svc.tokens.service("case-svc"))
        kept = await self.svc.client.post("/internal/audit-heads", json=told.json, headers=as_case)
        assert kept.status_code == 204, kept.text
        return Object(query={"service": "case-svc"}, shows=(HEAD_HASH,))


def calls(make: Objects) -> dict[str, Call]:
    statistics, batches = "GET /api/evaluation/statistics", "GET /api/evaluation/batches"
    return {
        "GET /api/reviews/levels": Call(reads=True),
        "GET /api/reviews/invitations": Call(make.invitation, reads=True),
        "GET /api/reviews/mine": Call(make.review, reads=True),
        "POST /api/reviews": Call(make.to_review),
        statistics: Call(make.counted, reads=True),
        f"{statistics} (?group=officer)": Call(make.counted_officer, reads=True),
        batches: Call(make.batch, reads=True),
        f"{batches} (?unit)": Call(make.batch_of_unit, reads=True),
        "GET /internal/people/{account_id}/export": Call(make.export, reads=True),
        "GET /internal/people/{account_id}/blockers": Call(make.to_end_first, reads=True),
        "GET /internal/people/{account_id}/erasure": Call(make.to_erase, reads=True),
        "POST /internal/audit-heads": Call(make.head, asker="case-svc"),
        "GET /internal/audit-heads": Call(make.kept_head, reads=True, asker="case-svc"),
        **for_operators("evaluation-svc", make.svc),
    }


@pytest.fixture
def trial(svc: Running, cast: Cast) -> Trial:
    return Trial(svc, cast.by_column(), SECRETS)


async def test_who_is_turned_away_learns_and_changes_nothing(svc, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(svc, cast))).items():
        with subtests.test(row):
            assert not await trial.denied(row, call, ROWS[row])


async def test_who_may_gets_it_done(svc, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(svc, cast))).items():
        with subtests.test(row):
            assert not await trial.allowed(row, call, ROWS[row])

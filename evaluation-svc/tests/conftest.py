"""A started evaluation-svc and cases that end."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from contracts.case import CaseCompleted, CaseDenied
from evaluation_svc.bootstrap import build
from evaluation_svc.settings import EvaluationSettings

pytest_plugins = ["chassis.testing.plugin"]

MIGRATIONS = Path(__file__).parents[1] / "src" / "evaluation_svc" / "migrations"
UNIT, DEPARTMENT, ITEM = "YT-HUZHENG", "HUZHENG", "HZ-001"


@pytest.fixture
async def svc(fresh_database: Callable[[Path], Any], tokens: Tokens) -> AsyncIterator[Running]:
    async with fresh_database(MIGRATIONS) as url:
        settings = EvaluationSettings(**TEST_KEYS, database_url=url, kafka_bootstrap="nowhere:9092")
        async with running(build(settings), tokens) as started:
            yield started


def case_facts(**overrides: Any) -> dict[str, Any]:
    facts = {
        "case_id": uuid4(),
        "case_no": "XA202611220001",
        "item_code": ITEM,
        "item_version": 1,
        "department": DEPARTMENT,
        "unit": UNIT,
        "applicant_id": uuid4(),
        "state": "completed",
        "occurred_at": datetime.now(UTC),
        "actor": "system",
    }
    return facts | overrides


class Citizen:
    """An applicant whose cases end as told, and who reviews them."""

    def __init__(self, svc: Running) -> None:
        self.svc = svc
        self.id = uuid4()
        self.headers = bearer(svc.tokens.citizen(self.id))

    async def case_ends(self, **facts: Any) -> UUID:
        officer_id = facts.pop("officer_id", None)
        case = CaseCompleted(
            **case_facts(applicant_id=self.id, **facts), deciding_officer_id=officer_id, how="delivered"
        )
        await self.svc.deliver(case)
        return case.case_id

    async def case_is_denied(self, **facts: Any) -> UUID:
        case = CaseDenied(**case_facts(applicant_id=self.id, state="denied", **facts))
        await self.svc.deliver(case)
        return case.case_id

    async def review(
        self, case_id: UUID, level: str = "satisfied", *, key: str | None = None, **body: Any
    ) -> httpx2.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        document = {"case_id": str(case_id), "level": level} | body
        return await self.svc.client.post("/api/reviews", json=document, headers=headers)

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.svc.client.get(path, params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def citizen(svc: Running) -> Citizen:
    return Citizen(svc)

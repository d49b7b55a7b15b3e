"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from chassis.service import Service
from chassis.testing import TEST_KEYS, Tokens
from chassis.testing.doors import ACCOUNT
from chassis.testing.fuzzing import Held, opened
from contracts.case import CaseCompleted
from evaluation_svc.bootstrap import build
from evaluation_svc.settings import EvaluationSettings

MIGRATIONS = Path(__file__).parents[2] / "src/evaluation_svc/migrations"


@pytest.fixture
def held(postgres_url: str, tokens: Tokens) -> Iterator[Held]:
    def service(url: str) -> Service:
        return build(EvaluationSettings(**TEST_KEYS, database_url=url, kafka_bootstrap="nowhere:9092"))

    with opened(postgres_url, MIGRATIONS, service, tokens) as held:
        cases = [uuid4() for _ in range(30)]
        held.do(held.running.deliver(*(ended(case_id) for case_id in cases)))
        held.known |= {"case_id": [str(case_id) for case_id in cases]}
        yield held


def ended(case_id: UUID) -> CaseCompleted:
    """A case of the citizen who calls."""
    return CaseCompleted(
        case_id=case_id, case_no="XA202611220001", item_code="HZ-001", item_version=1, department="HUZHENG",
        unit="XC-HUZHENG", applicant_id=ACCOUNT, state="completed", occurred_at=datetime.now(UTC),
        actor="system", deciding_officer_id=uuid4(), how="delivered",
    )  # fmt: skip


def test_every_answer_is_as_documented(held: Held, subtests: pytest.Subtests) -> None:
    for operation in held.operations():
        with subtests.test(operation.label):
            held.try_everything(operation)
    assert held.unreached() == set()

"""What a review and a batch of events ask of the database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from chassis.db import UnitOfWork
from chassis.testing import Running
from contracts import case, courier

from ..conftest import Citizen, case_facts


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The first word of every statement that a unit of work sent."""
    words: list[str] = []
    run = UnitOfWork._run

    async def listening(self: UnitOfWork, method: str, connection: Any, sql: str, args: Any) -> Any:
        words.append(sql.split()[0])
        return await run(self, method, connection, sql, args)

    monkeypatch.setattr(UnitOfWork, "_run", listening)
    yield words


async def test_a_review_is_one_read_and_one_write(citizen: Citizen, said: list[str]) -> None:
    case_id = await citizen.case_ends(officer_id=uuid4())
    said.clear()
    assert (await citizen.review(case_id, key="k-1", text="好")).status_code == 201
    assert said == ["SELECT", "WITH"]


async def test_events_are_kept_by_one_statement_a_batch_and_invitations_told_with_it(
    svc: Running, said: list[str]
) -> None:
    moved = courier.ShipmentPickedUp(
        shipment_id=uuid4(), case_id=uuid4(), direction="to_applicant", occurred_at=datetime.now(UTC)
    )
    await svc.deliver(moved, case.CaseCompleted(**case_facts(), how="issued"), moved)
    assert said == ["BEGIN", "WITH", "INSERT", "WITH", "COMMIT"], "begun, taken, invited, kept, committed"

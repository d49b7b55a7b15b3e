"""What a review and a batch of events ask of the database."""

from datetime import UTC, datetime
from uuid import uuid4

from chassis.testing import Running
from contracts import case, courier

from ..conftest import Citizen, case_facts


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
    ended = [case.CaseCompleted(**case_facts(), how="issued") for _ in range(3)]
    await svc.deliver(moved, *ended, ended[0], moved)
    assert said == ["BEGIN", "INSERT", "WITH", "COMMIT"], "begun, invited, kept and taken, committed"
    assert len(await svc.emitted()) == 3

"""The service's own copy of every event, each once."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from chassis.testing import Running
from contracts import case, courier, evaluation, payment
from contracts.documents import load_all
from contracts.identity import AccountErased
from contracts.tallies import DayTallied
from contracts.topics import IDENTITY_ACCOUNTS, IDENTITY_SESSIONS
from evaluation_svc.application.handlers import EVENTS

from ..conftest import Citizen, case_facts


async def history(svc: Running) -> list[tuple[str, str]]:
    rows = await svc.service.pool.fetch(
        "SELECT type, aggregate FROM event_history ORDER BY occurred_at, event_id"
    )
    return [(row["type"], row["aggregate"]) for row in rows]


# Who logs in, and who is who, is no fact that a score is made of; that somebody is gone is for whoever rebuilds.
PEOPLES_OWN = (IDENTITY_ACCOUNTS, IDENTITY_SESSIONS)


def test_no_event_of_another_service_is_forgotten() -> None:
    own = {evaluation.ReviewInvited, evaluation.ReviewSubmitted}
    others = {
        model
        for model in load_all().values()
        if model.TOPIC not in PEOPLES_OWN and not issubclass(model, DayTallied)  # what was counted of events
    }
    assert set(EVENTS) == others - own | {AccountErased}


async def test_events_of_all_services_are_kept_with_their_body(svc: Running) -> None:
    facts, moment = case_facts(), datetime.now(UTC)
    order = {"order_id": uuid4(), "case_id": facts["case_id"], "amount_cents": 2000, "occurred_at": moment}
    shipment = {"shipment_id": uuid4(), "case_id": facts["case_id"], "direction": "to_applicant"}
    paid = payment.OrderPaid(**order, channel="bank", paid_at=moment)
    await svc.deliver(
        case.CaseSubmitted(**facts), paid, courier.ShipmentPickedUp(**shipment, occurred_at=moment)
    )
    assert len(await history(svc)) == 3
    payload = await svc.service.pool.fetchval("SELECT payload FROM event_history WHERE type = $1", paid.TYPE)
    assert payment.OrderPaid.model_validate(payload) == paid


async def test_our_own_events_are_kept_as_they_are_told(svc: Running, citizen: Citizen) -> None:
    case_id = await citizen.case_ends()
    await citizen.review(case_id)
    await citizen.review(case_id)
    assert await history(svc) == [
        ("case.case.completed", str(case_id)),
        ("evaluation.review.invited", str(case_id)),
        ("evaluation.review.submitted", str(case_id)),
    ]
    told = {row["event_id"] for row in await svc.service.pool.fetch("SELECT event_id FROM outbox")}
    kept = {row["event_id"] for row in await svc.service.pool.fetch("SELECT event_id FROM event_history")}
    assert told < kept


@pytest.mark.parametrize("times", [2, 3])
async def test_a_repeated_event_is_kept_once_and_invites_once(svc: Running, times: int) -> None:
    event = case.CaseCompleted(**case_facts(), how="issued")
    event_id = uuid4()
    for _ in range(times):
        await svc.deliver(event, event_id=event_id)
    assert len(await history(svc)) == 2
    assert len(await svc.emitted()) == 1


async def test_a_case_that_ends_twice_is_reviewed_once(svc: Running) -> None:
    event = case.CaseCompleted(**case_facts(), how="issued")
    await svc.deliver(event)
    await svc.deliver(event)
    assert len(await svc.emitted()) == 1
    assert await svc.parked() == []

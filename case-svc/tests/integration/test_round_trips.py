"""What the paths of every case ask of the database: one word a round trip."""

from uuid import UUID

import pytest
from chassis.clock import now
from chassis.ids import uuid7
from chassis.testing import bearer
from chassis.testing.harness import arrival
from contracts.courier import ShipmentDelivered, ShipmentPickedUp
from contracts.evaluation import ReviewSubmitted
from contracts.payment import OrderPaid

FULL = ("accept", "review", "approve", "pay", "produce", "deliver")
PARCEL = ("accept", "review", "produce", "deliver")


def paid(case_id: str) -> OrderPaid:
    return OrderPaid(
        order_id=uuid7(),
        case_id=UUID(case_id),
        amount_cents=2000,
        occurred_at=now(),
        channel="bank",
        paid_at=now(),
    )


def shipment(kind, case_id: str, shipment_id: UUID):
    return kind(
        shipment_id=shipment_id, case_id=UUID(case_id), direction="to_applicant", occurred_at=now(),
        waybill_no="XA0001",
    )  # fmt: skip


def reviewed(case_id: str) -> ReviewSubmitted:
    return ReviewSubmitted(
        case_id=UUID(case_id), item_code="HUZHENG-101", department="HUZHENG", unit="XC-HUZHENG",
        occurred_at=now(), review_id=uuid7(), level="very_satisfied",
    )  # fmt: skip


async def test_a_look_is_one_read(world, make_item, make_upload, pdf, said: list[str]) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1&name=户口.pdf", content=pdf)
    said.clear()
    seen = (await world.citizen.get(f"/api/cases/{case_id}")).json()
    assert said == ["SELECT"]
    assert [(material["file_name"], material["size"]) for material in seen["materials"]] == [
        ("户口.pdf", len(pdf))
    ]


async def test_an_officers_look_is_noted_by_the_statement_that_reads(
    world, make_item, said: list[str]
) -> None:
    case_id = await world.submitted(make_item())
    said.clear()
    assert (await world.officer().get(f"/api/cases/{case_id}")).status_code == 200
    assert said == ["WITH"]
    for stranger in (world.officer(unit="BL-HUZHENG"), world.officer(4, unit="XC-CRJ", department="CRJ")):
        assert (await stranger.get(f"/api/cases/{case_id}")).status_code == 404
    leader = world.officer(3, unit="CITY-HUZHENG")
    assert (await leader.get(f"/api/cases/{case_id}")).status_code == 200
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert [view["unit"] for view in views] == ["CITY-HUZHENG", "XC-HUZHENG"]


@pytest.mark.parametrize("steps", [PARCEL, ("accept", "review", "produce", "notify")])
async def test_an_address_is_noted_before_it_is_told_or_not_at_all(
    world, make_item, steps, said: list[str]
) -> None:
    case_id = await world.submitted(make_item(steps=steps))
    said.clear()
    answer = await world.client.get(
        f"/internal/cases/{case_id}/address?direction=to_applicant",
        headers=bearer(world.tokens.service("courier-svc")),
    )
    told = steps is PARCEL
    assert (answer.status_code, said) == ((200, ["SELECT", "INSERT"]) if told else (409, ["SELECT"]))
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert len(views) == told


async def test_news_of_a_batch_are_one_read_and_one_write(world, make_item, said: list[str]) -> None:
    cases = [await world.approved(make_item(steps=FULL, approval_levels=1)) for _ in range(3)]
    said.clear()
    await world.deliver(*[paid(case_id) for case_id in cases])
    assert said == ["BEGIN", "SELECT", "WITH", "COMMIT"], "begun, read, written and taken, committed"
    assert [await world.state(case_id) for case_id in cases] == ["in_production"] * 3
    for case_id in cases:
        assert (await world.officer().post(f"/api/cases/{case_id}/produce")).status_code == 200
    parcel, other = uuid7(), uuid7()
    said.clear()
    await world.deliver(
        shipment(ShipmentPickedUp, cases[0], parcel),
        shipment(ShipmentPickedUp, cases[1], other),
        paid(cases[0]),
        shipment(ShipmentDelivered, cases[0], parcel),
        reviewed(cases[0]),
    )
    assert said == ["BEGIN", "SELECT", "WITH", "COMMIT"]
    assert [await world.state(case_id) for case_id in cases] == [
        "completed",
        "in_transit",
        "awaiting_dispatch",
    ]
    timeline = (await world.citizen.get(f"/api/cases/{cases[0]}/timeline")).json()
    assert [entry["action"] for entry in timeline["entries"]][-4:] == [
        "dispatch", "payment_not_needed", "deliver", "reviewed_by_applicant",
    ]  # fmt: skip
    assert (await world.event_types(cases[0]))[-2:] == ["case.case.dispatched", "case.case.completed"]


async def test_what_a_batch_tells_names_its_own_event_as_its_cause(world, make_item) -> None:
    cases = [await world.approved(make_item(steps=FULL, approval_levels=1)) for _ in range(2)]
    orders = [arrival(paid(case_id), uuid7()) for case_id in cases]
    await world.service.applier.apply(orders, [])
    rows = await world.service.pool.fetch(
        "SELECT key, causation_id FROM outbox WHERE type = 'case.case.paid'"
    )
    assert {row["key"]: row["causation_id"] for row in rows} == {
        case_id: str(order.envelope.id) for case_id, order in zip(cases, orders, strict=True)
    }


async def test_one_bad_piece_of_news_spoils_nothing_of_its_batch(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1))
    await world.deliver(paid(str(uuid7())), paid(case_id))
    assert await world.state(case_id) == "in_production"
    assert ["CaseNotFound" in message["cause"] for message in await world.parked()] == [True]


async def test_an_autosave_is_one_write_and_reads_only_to_say_why_not(
    world, make_item, said: list[str]
) -> None:
    case_id = await world.draft(make_item())
    path, body = f"/api/cases/{case_id}/answers", {"answers": {"purpose": "一"}, "version": 1}
    said.clear()
    assert (await world.citizen.put(path, body, key="k-1")).status_code == 200
    assert said == ["WITH"]
    again = await world.citizen.put(path, body, key="k-1")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert (await world.citizen.put(path, body)).json()["answers_version"] == 2
    assert (await world.person().put(path, {**body, "version": 2})).status_code == 404
    await world.citizen.post(f"/api/cases/{case_id}/submit")
    refused = await world.citizen.put(path, {**body, "version": 2})
    assert (refused.status_code, refused.json()["current_state"]) == (409, "submitted")


async def test_an_upload_is_one_read_and_one_write(
    world, make_item, make_upload, pdf, said: list[str]
) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    path = f"/api/cases/{case_id}/materials"
    said.clear()
    sent = await world.citizen.post(f"{path}?key=m1", content=pdf)
    assert (sent.status_code, said) == (201, ["SELECT", "WITH"])
    await world.citizen.call("DELETE", f"{path}/{sent.json()['id']}")
    await world.citizen.call("DELETE", f"{path}/{sent.json()['id']}")
    assert await world.service.pool.fetchval("SELECT files FROM cases") == 0


async def test_an_upload_that_a_submission_overtakes_is_told_so(
    world, make_item, make_upload, pdf, monkeypatch
) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(required=False),)))
    store = type(world.service.state.documents.store)
    put = store.put

    async def submitted_meanwhile(self, *args):
        assert (await world.citizen.post(f"/api/cases/{case_id}/submit")).status_code == 200
        return await put(self, *args)

    monkeypatch.setattr(store, "put", submitted_meanwhile)
    refused = await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-editable")
    assert (await world.citizen.get(f"/api/cases/{case_id}")).json()["materials"] == []

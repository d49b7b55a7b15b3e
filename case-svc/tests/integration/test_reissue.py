"""A parcel was lost or came damaged: the old document is void, a new one is made and sent for free."""

from datetime import UTC, datetime

import pytest
from chassis.ids import uuid7
from contracts.courier import ShipmentClaimMoved, ShipmentDelivered, ShipmentPickedUp

from .test_whole_path import shipment

PARCEL = ("accept", "review", "produce", "deliver")


def claim(case_id, parcel, state="compensated", *, kind="lost", reissue=True, direction="to_applicant"):
    return ShipmentClaimMoved(
        shipment_id=parcel, case_id=case_id, direction=direction, occurred_at=datetime.now(UTC), claim_id=uuid7(),
        case_no="XA1", applicant_id=uuid7(), kind=kind, state=state, reissue=reissue,
    )  # fmt: skip


@pytest.fixture
async def sent(world, make_item):
    """A case whose document is on its way: its id, and the parcel's."""
    case_id, parcel = await world.approved(make_item(steps=PARCEL, delivery_free=False)), uuid7()
    assert (await world.officer().post(f"/api/cases/{case_id}/produce")).status_code == 200
    await world.deliver(shipment(ShipmentPickedUp, case_id, parcel))
    return case_id, parcel


async def document_of(world, case_id):
    return (await world.citizen.get(f"/api/cases/{case_id}")).json()["document_id"]


async def status_of(world, document_id):
    return (await world.citizen.get(f"/api/documents/{document_id}")).json()["status"]


async def texts(world, case_id):
    entries = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()["entries"]
    return [entry["text"] for entry in entries]


@pytest.mark.parametrize("kind", ["lost", "damaged"])
async def test_a_new_document_under_a_new_number_goes_out_free_of_postage(world, sent, kind):
    case_id, parcel = sent
    if kind == "damaged":
        await world.deliver(shipment(ShipmentDelivered, case_id, parcel))
        assert await world.state(case_id) == "completed"
    old = await document_of(world, case_id)
    await world.deliver(claim(case_id, parcel, kind=kind))
    assert await world.state(case_id) == "in_production" and await status_of(world, old) == "revoked"
    queue = (await world.officer().get("/api/cases/queue")).json()["items"]
    assert [one["id"] for one in queue] == [case_id]
    assert (await world.officer().post(f"/api/cases/{case_id}/produce")).json()[
        "state"
    ] == "awaiting_dispatch"
    new = await document_of(world, case_id)
    assert new != old and await status_of(world, new) == "valid"
    asked = [event for event in await world.emitted() if event.TYPE == "case.case.dispatch_requested"]
    assert [event.postage_free for event in asked] == [False, True]
    second = uuid7()
    for news in (ShipmentPickedUp, ShipmentDelivered):
        await world.deliver(shipment(news, case_id, second))
    assert await world.state(case_id) == "completed"
    assert any("重新制作并免费寄送" in text for text in await texts(world, case_id))
    (event,) = [one for one in await world.emitted() if one.TYPE == "case.case.reissue_started"]
    assert (str(event.revoked_document_id), event.why, event.shipment_id) == (old, kind, parcel)


async def test_late_news_of_the_lost_parcel_moves_nothing(world, sent):
    case_id, parcel = sent
    await world.deliver(claim(case_id, parcel))
    await world.deliver(shipment(ShipmentDelivered, case_id, parcel))
    assert await world.state(case_id) == "in_production"
    await world.officer().post(f"/api/cases/{case_id}/produce")
    await world.deliver(shipment(ShipmentDelivered, case_id, parcel))
    assert await world.state(case_id) == "awaiting_dispatch"


async def test_a_claim_about_an_earlier_parcel_makes_nothing_anew(world, sent):
    case_id, _ = sent
    await world.deliver(claim(case_id, uuid7()))
    assert await world.state(case_id) == "in_transit"
    assert await status_of(world, await document_of(world, case_id)) == "valid"


async def test_every_step_of_a_claim_is_told_in_words(world, sent):
    case_id, parcel = sent
    for state in ("opened", "with_courier", "refused"):
        await world.deliver(claim(case_id, parcel, state, reissue=False))
    told = (await texts(world, case_id))[-3:]
    for text, words in zip(told, ("正在通知快递公司", "正在查找", "不予赔付"), strict=True):
        assert words in text
    assert await world.state(case_id) == "in_transit"


async def test_originals_lost_on_the_way_to_us_are_told_and_the_case_goes_on(world, make_item):
    case_id = await world.accepted(make_item(steps=PARCEL, delivery="both_ways"))
    state = await world.state(case_id)
    await world.deliver(claim(case_id, uuid7(), reissue=False, direction="from_applicant"))
    assert "材料原件" in (await texts(world, case_id))[-1] and await world.state(case_id) == state


async def test_the_old_paper_cannot_be_used_any_more(world, sent):
    case_id, parcel = sent
    old = await document_of(world, case_id)
    code = (await world.citizen.get(f"/api/documents/{old}")).json()["verification_code"]
    await world.deliver(claim(case_id, parcel))
    assert (await world.client.get(f"/api/documents/verify/{code}")).json()["status"] == "revoked"
    assert (await world.citizen.get(f"/api/documents/{old}/pdf")).status_code == 410

"""A parcel was lost or came damaged: the old document is void, a new one is made and sent for free."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from case_svc.documents.desk import document_aad
from chassis.ids import uuid7
from chassis.people import NOBODY
from chassis.testing import bearer
from contracts.courier import ShipmentClaimMoved, ShipmentDelivered, ShipmentPickedUp, ShipmentReturned
from contracts.identity import AccountErased

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


async def test_what_was_collected_at_the_window_stays_in_hand(world, sent):
    case_id, parcel = sent
    await world.deliver(shipment(ShipmentReturned, case_id, parcel))
    assert (await world.officer().post(f"/api/cases/{case_id}/collect")).status_code == 200
    await world.deliver(claim(case_id, parcel))
    assert await world.state(case_id) == "completed"
    assert await status_of(world, await document_of(world, case_id)) == "valid"


async def test_a_replacement_collected_at_the_window_is_not_made_anew_once_more(world, sent):
    case_id, parcel = sent
    await world.deliver(claim(case_id, parcel))
    for step in ("produce", "collect"):
        assert (await world.officer().post(f"/api/cases/{case_id}/{step}")).status_code == 200
    await world.deliver(claim(case_id, parcel))
    assert await world.state(case_id) == "completed"
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


@pytest.fixture
async def replaced(world, sent):
    """Completed by a replacement: the case, the old document and the new one; both have their PDF."""
    case_id, parcel = sent
    old = await document_of(world, case_id)
    await world.deliver(claim(case_id, parcel))
    assert (await world.officer().post(f"/api/cases/{case_id}/produce")).status_code == 200
    new, second = await document_of(world, case_id), uuid7()
    for news in (ShipmentPickedUp, ShipmentDelivered):
        await world.deliver(shipment(news, case_id, second))
    store = world.service.state.documents.store
    for one in map(UUID, (old, new)):
        await store.put(store.keys_for("documents", str(one))[0], b"%PDF " + one.bytes, document_aad(one))
    return case_id, old, new


async def test_both_documents_are_in_the_export_with_their_papers(world, replaced):
    _, old, new = replaced
    path, headers = (
        f"/internal/people/{world.citizen.id}/export",
        bearer(world.tokens.service("identity-svc")),
    )
    page = (await world.client.get(path, headers=headers)).json()
    files = {file["id"]: file["path"] for file in page["files"]}
    assert files.keys() == {f"document-{old}", f"document-{new}"} and len(set(files.values())) == 2
    for one in (old, new):
        content = await world.client.get(f"{path}/files/document-{one}", headers=headers)
        assert content.content == b"%PDF " + UUID(one).bytes
    assert len(page["records"][0]["data"]["documents"]) == 2


async def test_both_documents_go_with_their_case(world, replaced):
    case_id, old, new = replaced
    pool, store = world.service.pool, world.service.state.documents.store
    await pool.execute(
        "UPDATE cases SET closed_at = now() - interval '11 years' WHERE id = $1", UUID(case_id)
    )
    await world.deliver(AccountErased(account_id=world.citizen.id, erased_at=datetime.now(UTC)))
    await world.run_jobs()
    rows = await pool.fetch("SELECT applicant_id, holder_masked, revocation_sealed FROM document")
    assert [tuple(row) for row in rows] == [(NOBODY, None, None)] * 2
    for one in (old, new):
        assert [await store.key_id(key) for key in store.keys_for("documents", one)] == [None]


async def test_the_old_paper_cannot_be_used_any_more(world, sent):
    case_id, parcel = sent
    old = await document_of(world, case_id)
    code = (await world.citizen.get(f"/api/documents/{old}")).json()["verification_code"]
    await world.deliver(claim(case_id, parcel))
    assert (await world.client.get(f"/api/documents/verify/{code}")).json()["status"] == "revoked"
    assert (await world.citizen.get(f"/api/documents/{old}/pdf")).status_code == 410

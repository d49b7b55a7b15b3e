"""What identity-svc tells and reads, held against the committed contracts."""

from uuid import UUID, uuid4

import pytest
from chassis.clock import now
from chassis.testing import bearer
from chassis.testing.contracts import assert_reads, assert_told_everything, taken
from contracts.committed import Producer
from contracts.identity import AccountErased

DEMO = "demo-password-of-the-tests"


async def test_its_stories_tell_every_event_it_owns(start_identity, tmp_path, phone, id_number):
    identity = await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)
    session = (await identity.register(phone))["session"]
    person = {"name": "欧阳小明", "id_number": id_number}
    verified = await identity.post("/real-name", person, session["access_token"])
    assert verified.status_code == 200, verified.text
    officer = {"badge_no": "XC-9", "name": "赵一鸣", "unit": "XC-HUZHENG", "rank": 1, "roles": ["officer"]}
    operator = await identity.post("/sessions", {"badge_no": "OPERATOR-1", "password": DEMO})
    made = await identity.client.post(
        "/api/identity/officers", json=officer, headers=bearer(operator.json()["access_token"])
    )
    assert made.status_code == 201, made.text
    left = await identity.client.delete(
        "/api/identity/sessions/current", headers=bearer(session["access_token"])
    )
    assert left.status_code == 204, left.text
    await ends(identity, phone)
    secrets = [phone, id_number, person["name"], officer["name"], officer["badge_no"]]
    await assert_told_everything(identity.running.service, but_never=secrets)


async def ends(identity, phone) -> None:
    """As the job does, for which every other service would have to answer."""
    (row,) = await identity.sql("SELECT id FROM account ORDER BY registered_at DESC LIMIT 1")
    async with identity.running.uow() as uow:
        version, _ = await identity.running.service.state.erasure.erasures.erase(uow, row["id"])
        uow.emit(AccountErased(account_id=row["id"], erased_at=now()), version=version)


async def supervisors_are_told(identity, type: str, producer: Producer) -> None:
    body = await taken(identity.running, type, producer, officer_department="HUZHENG")
    rows = await identity.sql(
        "SELECT recipient_id, facts FROM message WHERE kind = 'case_opened_by_exception'"
    )
    supervisors = await identity.sql("SELECT id FROM officer WHERE badge_no = 'HUZHENG-S'")
    assert [row["recipient_id"] for row in rows] == [row["id"] for row in supervisors]
    assert rows[0]["facts"]["case_no"] == body["case_no"]
    await identity.sql("DELETE FROM message")


async def both_are_told(identity, type: str, producer: Producer) -> None:
    principal, agent = str(uuid4()), str(uuid4())
    acted = {"applicant_id": principal, "acted_by": agent, "case_id": str(uuid4())}
    if type == "payment.order.paid":
        acted["kind"] = "postage"  # of a fee its case tells
    body = await taken(identity.running, type, producer, **acted)
    # A producer of before there were mandates says nothing of who acted.
    by = "acted_by" in body
    assert await messages_of(identity, principal) == ([f"{ACTS[type]}_for_you"] if by else [])
    assert await messages_of(identity, agent) == ([f"{ACTS[type]}_by_you"] if by else [])


async def messages_of(identity, account_id):
    rows = await identity.sql("SELECT kind FROM message WHERE recipient_id = $1", UUID(account_id))
    return [row["kind"] for row in rows]


ACTS = {
    "case.case.submitted": "case_submitted",
    "case.case.supplemented": "case_supplemented",
    "case.case.withdrawn": "case_withdrawn",
    "case.case.paid": "case_paid",
    "payment.order.opened": "order_opened",
    "payment.order.paid": "postage_paid",
    "case.case.address_changed": "case_address_changed",
    "courier.shipment.address_changed": "parcel_redirected",
    "courier.shipment.sent_again": "parcel_sent_again",
    "courier.shipment.claim_moved": "parcel_claimed",
}
READS = {"case.case.opened_by_exception": supervisors_are_told} | dict.fromkeys(ACTS, both_are_told)
"""What becomes of each event it reads."""


@pytest.mark.parametrize("producer", Producer)
async def test_every_event_it_reads_has_its_effect(start_identity, tmp_path, subtests, producer):
    identity = await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)
    assert_reads(identity.running.service, READS)
    for type, check in READS.items():
        with subtests.test(type):
            await check(identity, type, producer)


async def test_what_applicants_do_themselves_is_told_to_nobody(identity):
    for type in ACTS:
        values = {"acted_by": None, "mandate_id": None, "case_id": str(uuid4())}
        await taken(identity.running, type, Producer.TODAY, **values)
    assert await identity.sql("SELECT FROM message") == []

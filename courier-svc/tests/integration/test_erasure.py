"""What is left of parcels when the account they went to is erased."""

import asyncio
from uuid import uuid4

from chassis.clock import now
from chassis.people import NOBODY
from chassis.testing import bearer
from chassis.testing.plans import unindexed
from chassis.testing.traces import stays, traces_of
from contracts.identity import AccountErased
from courier_svc.domain.retention import FATES
from courier_svc.persistence import people

from ..conftest import HOME, Parcel, agent_of

PARCELS = (
    people._OPEN,
    people._LOCK,
    people._REPORTS,
    people._ADDRESSES,
    people._LOOSEN,
    people._LEFT,
)
ACTS = (people._IDS, people._ACTS, people._ACTED, people._LOOSEN_ACTS)
NEW = {
    "name": HOME.name, "phone": HOME.phone, "province": "陕西省", "city": "西安市", "address": "未央路1号",
}  # fmt: skip


async def test_a_parcel_under_way_stands_in_the_way_and_stays_until_it_ends(svc, requested):
    path = f"/internal/people/{requested.event.applicant_id}"
    as_identity = bearer(svc.tokens.service("identity-svc"))
    (blocker,) = (await svc.client.get(f"{path}/blockers", headers=as_identity)).json()
    assert blocker["code"] == "parcel-under-way"
    await svc.deliver(AccountErased(account_id=requested.event.applicant_id, erased_at=now()))
    (line,) = (await svc.client.get(f"{path}/erasure", headers=as_identity)).json()["outcomes"]
    assert (line["outcome"], line["count"]) == ("kept", 1)
    await svc.service.pool.execute("UPDATE shipment SET ended_at = now()")
    await svc.service.pool.execute(
        "UPDATE job SET run_at = CASE WHEN kind = 'chassis.erase_kept' THEN now() ELSE now() + interval '9 days' END"
    )
    await svc.run_jobs()
    row = await requested.row()
    assert (row["applicant_id"], row["sealed_address"]) == (NOBODY, None)
    assert await traces_of(svc.service.pool, requested.event.applicant_id) <= stays(FATES)


async def test_whatever_was_sent_to_somebody_is_found_by_an_index(svc):
    async with svc.uow() as uow:
        connection = await uow.connection()
        for sql in (*PARCELS, *ACTS):
            plan = await unindexed(connection, sql)
            assert plan is None, f"{sql}\n{plan}"


async def erase(svc, account_id):
    await svc.deliver(AccountErased(account_id=account_id, erased_at=now()))
    answer = await svc.client.get(
        f"/internal/people/{account_id}/erasure", headers=bearer(svc.tokens.service("identity-svc"))
    )
    return [(line["outcome"], line["what"]) for line in answer.json()["outcomes"]]


async def test_of_an_agent_who_goes_an_id_stays_at_the_parcel_until_its_owner_goes(created: Parcel):
    pool = created.svc.service.pool
    agent, headers = agent_of(created)
    assert (await created.readdress(NEW, headers)).status_code == 200
    assert (await created.readdress(NEW)).status_code == 200
    assert await erase(created.svc, agent) == [("kept", "他人寄递的改址、重寄记录（只含编号）")]
    assert (await created.acts())[0]["acted_by"] == str(agent)
    assert await traces_of(pool, agent) <= stays(FATES)
    await pool.execute("UPDATE shipment SET ended_at = now()")
    await erase(created.svc, created.event.applicant_id)
    rows = await pool.fetch("SELECT acted_by, mandate_id FROM shipment_act ORDER BY id")
    assert [tuple(row) for row in rows] == [(NOBODY, None), (None, None)]
    assert "shipment_act.acted_by" not in await traces_of(pool, agent)
    assert await erase(created.svc, uuid4()) == []


async def test_who_redirected_a_parcel_is_handed_out_to_both_and_the_others_data_to_nobody(created: Parcel):
    agent, headers = agent_of(created)
    assert (await created.readdress(NEW, headers)).status_code == 200
    assert (await created.readdress(NEW)).status_code == 200
    found = {}
    for who in (created.event.applicant_id, agent):
        answer = await created.svc.client.get(
            f"/internal/people/{who}/export", headers=bearer(created.svc.tokens.service("identity-svc"))
        )
        found[who] = answer.json()["records"]
    (mine,) = found[created.event.applicant_id]
    assert [act["acted_by"] for act in mine["data"]["acts"]] == [str(agent), None]
    (theirs,) = found[agent]
    assert theirs["section"] == "acts" and theirs["data"]["what"] == "address_changed"
    assert theirs["data"].keys() == {"shipment_id", "case_id", "what", "at", "mandate_id"}


async def test_of_a_scan_that_comes_after_its_owner_went_nothing_is_kept_that_may_name_them(
    created: Parcel, courier
):
    order_no = await created.order_no()
    for code in ("PICKED_UP", "DELIVERED"):
        await courier.push(order_no, code)
    await erase(created.svc, created.event.applicant_id)
    await courier.push(order_no, "DELIVERED", description=f"{HOME.name}本人签收")
    rows = await created.svc.service.pool.fetch("SELECT sealed_body FROM courier_report")
    assert [row["sealed_body"] for row in rows] == [None] * 3


async def test_a_scan_that_is_being_recorded_while_its_owner_goes_loses_what_names_them_too(
    created: Parcel, courier
):
    order_no, pool = await created.order_no(), created.svc.service.pool
    for code in ("PICKED_UP", "DELIVERED"):
        await courier.push(order_no, code)
    async with created.svc.uow() as uow:
        await uow.execute("UPDATE shipment SET last_heard_at = now()")
        await uow.execute("""INSERT INTO courier_report SELECT (jsonb_populate_record(r, jsonb_build_object(
            'id', gen_random_uuid(), 'event_id', 'late'))).* FROM courier_report r LIMIT 1""")
        going = asyncio.create_task(erase(created.svc, created.event.applicant_id))
        await until_somebody_waits(pool)
    await going
    assert await pool.fetchval("SELECT count(*) FROM courier_report WHERE sealed_body IS NOT NULL") == 0


async def until_somebody_waits(pool):
    async with asyncio.timeout(20):
        while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)

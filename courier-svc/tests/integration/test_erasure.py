"""What is left of parcels when the account they went to is erased."""

from chassis.clock import now
from chassis.people import NOBODY
from chassis.testing import bearer
from chassis.testing.plans import unindexed
from chassis.testing.traces import stays, traces_of
from contracts.identity import AccountErased
from courier_svc.domain.retention import FATES
from courier_svc.persistence import people


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
        for sql in (people._OPEN, people._REPORTS, people._ADDRESSES, people._LOOSEN, people._LEFT):
            plan = await unindexed(connection, sql)
            assert plan is None, f"{sql}\n{plan}"

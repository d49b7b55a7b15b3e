"""Payment-svc's part when an account goes: what is owed stands in the way, what was paid is kept."""

from chassis.clock import now
from chassis.people import NOBODY
from chassis.testing import bearer
from chassis.testing.plans import unindexed
from chassis.testing.traces import stays, traces_of
from contracts.identity import AccountErased
from payment_svc.domain.retention import FATES
from payment_svc.persistence import people


async def test_what_is_owed_stands_in_the_way_until_it_is_called_off(payments):
    path = f"/internal/people/{payments.citizen.id}/blockers"
    as_identity = bearer(payments.svc.tokens.service("identity-svc"))
    case_id = await payments.requested()
    (blocker,) = (await payments.svc.client.get(path, headers=as_identity)).json()
    assert blocker["code"] == "money-unsettled"
    await payments.withdrawn(case_id)
    await payments.svc.run_jobs()
    assert (await payments.svc.client.get(path, headers=as_identity)).json() == []


async def test_an_unpaid_order_is_kept_its_time_and_then_nobodys(payments):
    await payments.withdrawn(await payments.requested())
    await payments.svc.run_jobs()
    await payments.svc.deliver(AccountErased(account_id=payments.citizen.id, erased_at=now()))
    as_identity = bearer(payments.svc.tokens.service("identity-svc"))
    path = f"/internal/people/{payments.citizen.id}/erasure"
    (line,) = (await payments.svc.client.get(path, headers=as_identity)).json()["outcomes"]
    assert (line["outcome"], line["confirmed"]) == ("kept", False)
    pool = payments.svc.service.pool
    await pool.execute("UPDATE payment_order SET ended_at = now() - interval '3 years'")
    await pool.execute("UPDATE job SET run_at = now() WHERE kind = 'chassis.erase_kept'")
    await payments.svc.run_jobs()
    assert await pool.fetchval("SELECT applicant_id FROM payment_order") == NOBODY
    assert await pool.fetchval("SELECT applicant_id FROM case_due") == NOBODY
    assert await traces_of(pool, payments.citizen.id) <= stays(FATES)


async def test_whatever_somebody_paid_is_found_by_an_index(payments):
    async with payments.svc.uow() as uow:
        connection = await uow.connection()
        for sql in (people._OPEN, people._LOOSEN, people._LOOSEN_DUES, people._KEPT):
            plan = await unindexed(connection, sql)
            assert plan is None, f"{sql}\n{plan}"

"""Payment-svc's part when an account goes: what is owed stands in the way, what was paid is kept."""

from uuid import UUID, uuid4

from chassis.clock import now
from chassis.people import NOBODY
from chassis.testing import bearer
from chassis.testing.plans import unindexed
from chassis.testing.traces import stays, traces_of
from contracts.identity import AccountErased
from contracts.tokens import Role
from payment_svc.domain.retention import FATES
from payment_svc.persistence import people

ACTS = (people._IDS, people._ACTS, people._ACTED, people._LOOSEN_ATTEMPTS)


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


async def told(payments, account_id, what):
    as_identity = bearer(payments.svc.tokens.service("identity-svc"))
    path = f"/internal/people/{account_id}/{what}"
    return (await payments.svc.client.get(path, headers=as_identity)).json()


async def acted(payments, tokens) -> UUID:
    """An order that an agent of the applicant was given the link of; it is called off afterwards."""
    agent = uuid4()
    act = {"sub": str(agent), "mandate": str(uuid4())}
    headers = bearer(tokens.mint(payments.citizen.id, (Role.CITIZEN,), ial=2, act=act))
    order = await payments.opened()
    started = await payments.svc.client.post(
        f"/api/payments/orders/{order['id']}/attempts",
        json={"channel": "bank"},
        headers=headers | {"Idempotency-Key": str(uuid4())},
    )
    assert started.status_code == 201, started.text
    return agent


async def test_who_paid_for_whom_is_handed_out_to_both_and_the_others_data_to_nobody(payments, tokens):
    agent = await acted(payments, tokens)
    (mine,) = (await told(payments, payments.citizen.id, "export"))["records"]
    assert [act["acted_by"] for act in mine["data"]["acted_by"]] == [str(agent)]
    (theirs,) = (await told(payments, agent, "export"))["records"]
    assert (theirs["section"], theirs["data"]["what"]) == ("acts", "asked_to_pay")
    assert theirs["data"].keys() == {"order_id", "case_id", "what", "at", "mandate_id"}


async def test_of_an_agent_who_goes_an_id_stays_until_the_payments_time_is_over(payments, tokens):
    agent = await acted(payments, tokens)
    pool = payments.svc.service.pool
    await payments.svc.deliver(AccountErased(account_id=agent, erased_at=now()))
    (line,) = (await told(payments, agent, "erasure"))["outcomes"]
    assert (line["outcome"], line["count"]) == ("kept", None)
    assert await traces_of(pool, agent) <= stays(FATES)
    await pool.execute(
        "UPDATE payment_order SET state = 'expired', ended_at = now() - interval '3 years', acted_by = $1",
        agent,
    )
    await payments.svc.deliver(AccountErased(account_id=payments.citizen.id, erased_at=now()))
    for table in ("payment_order", "attempt"):
        assert await pool.fetchval(f"SELECT acted_by FROM {table}") == NOBODY
    assert not {"payment_order.acted_by", "attempt.acted_by"} & await traces_of(pool, agent)


async def test_whatever_somebody_paid_is_found_by_an_index(payments):
    async with payments.svc.uow() as uow:
        connection = await uow.connection()
        for sql in (people._OPEN, people._LOOSEN, people._LOOSEN_DUES, people._KEPT, *ACTS):
            plan = await unindexed(connection, sql)
            assert plan is None, f"{sql}\n{plan}"

"""What payment-svc tells and reads, held against the committed contracts."""

from uuid import UUID, uuid4

import pytest
from chassis.clock import now
from chassis.parity.days import last_closed
from chassis.testing.contracts import assert_reads, assert_told_everything, taken
from contracts.committed import Producer

REQUESTED = "case.case.payment_requested"
POSTAGE = "case.case.postage_requested"


async def order_of(svc, case):
    rows = await svc.service.pool.fetch(
        "SELECT * FROM payment_order WHERE case_id = $1", UUID(case["case_id"])
    )
    [row] = rows
    return row


async def test_its_stories_tell_every_event_it_owns(payments):
    expires, called_off, refunded = [await payments.opened() for _ in range(3)]
    await payments.expired(expires["id"])
    await payments.withdrawn(called_off["case_id"])
    await payments.world.pay((await payments.citizen.start(refunded["id"]))["pay_url"])
    await payments.world.delivered()
    await payments.withdrawn(refunded["case_id"])
    await payments.svc.run_jobs()
    await payments.world.delivered()
    await payments.svc.count_days(last_closed(now()))
    await assert_told_everything(payments.svc.service, but_never=[str(payments.citizen.id)])


async def opens_an_order(payments, type, producer):
    case = await taken(payments.svc, type, producer)
    order = await order_of(payments.svc, case)
    assert (order["state"], order["amount_cents"], order["purpose"]) == ("open", 2000, case["purpose"])
    assert str(order["applicant_id"]) == case["applicant_id"]


async def calls_the_order_off(payments, type, producer):
    case = await taken(payments.svc, REQUESTED, producer, case_id=str(uuid4()))
    await taken(payments.svc, type, producer, case_id=case["case_id"])
    await payments.svc.run_jobs()
    assert (await order_of(payments.svc, case))["state"] == "cancelled"


async def opens_an_order_of_postage(payments, type, producer):
    case = await taken(payments.svc, type, producer, case_id=str(uuid4()))
    order = await order_of(payments.svc, case)
    assert (order["state"], order["kind"], order["amount_cents"]) == ("open", "postage", 2000)


async def replaces_the_order(payments, type, producer):
    case = await taken(payments.svc, POSTAGE, Producer.TODAY, case_id=str(uuid4()))
    changed = await taken(payments.svc, type, producer, case_id=case["case_id"])
    await payments.svc.run_jobs()
    # A producer of before there was postage says nothing of it.
    changes = changed.get("postage_cents") not in (None, case["amount_cents"])
    rows = await payments.svc.service.pool.fetch(
        "SELECT state, amount_cents FROM payment_order WHERE case_id = $1 ORDER BY id", UUID(case["case_id"])
    )
    assert [tuple(row) for row in rows][-1] == ("open", changed["postage_cents"] if changes else 2000)
    assert len(rows) == (2 if changes else 1)


async def gives_the_postage_up(payments, type, producer):
    case = await taken(payments.svc, POSTAGE, Producer.TODAY, case_id=str(uuid4()))
    await taken(payments.svc, type, producer, case_id=case["case_id"], direction="to_applicant")
    await payments.svc.run_jobs()
    assert (await order_of(payments.svc, case))["state"] == "cancelled"


async def is_part_of_the_erasure(payments, type, producer):
    body = await taken(payments.svc, type, producer)
    done = await payments.svc.service.pool.fetchval(
        "SELECT true FROM person_erasure WHERE account_id = $1", UUID(body["account_id"])
    )
    assert done


async def is_called_on_receipts(payments, type, producer):
    body = await taken(payments.svc, type, producer)
    row = await payments.svc.service.pool.fetchrow("SELECT * FROM unit WHERE code = $1", body["code"])
    assert {name: body[name] for name in row.keys()} == dict(row)  # noqa: SIM118 (a record)


async def is_kept_until_it_is_compared(payments, type, producer):
    body = await taken(payments.svc, type, producer)
    row = await payments.svc.service.pool.fetchrow("SELECT * FROM day_tally WHERE service = 'case-svc'")
    assert (str(row["day"]), row["revision"]) == (body["day"], body["revision"])
    told = [fact["hours"] for fact in body["facts"]]
    assert [[hour["digest"] for hour in fact["hours"]] for fact in row["facts"]] == [
        [hour["digest"] for hour in hours] for hours in told
    ]


READS = {
    "identity.unit.defined": is_called_on_receipts,
    "identity.account.erased": is_part_of_the_erasure,
    REQUESTED: opens_an_order,
    POSTAGE: opens_an_order_of_postage,
    "case.case.address_changed": replaces_the_order,
    "courier.shipment.cancelled": gives_the_postage_up,
    "case.case.withdrawn": calls_the_order_off,
    "case.case.closed_unpaid": calls_the_order_off,
    "case.day.tallied": is_kept_until_it_is_compared,
}
"""What becomes of each event it reads."""


@pytest.mark.parametrize("producer", Producer)
async def test_every_event_it_reads_has_its_effect(payments, subtests, producer):
    assert_reads(payments.svc.service, READS)
    for type, check in READS.items():
        with subtests.test(type):
            await check(payments, type, producer)


async def test_a_sum_that_the_issuing_system_knows_is_looked_up(payments):
    unknown = {"amount_cents": None, "amount_source": "issuing_system"}
    case = await taken(payments.svc, REQUESTED, Producer.TODAY, **unknown)
    assert (await order_of(payments.svc, case))["amount_cents"] is None
    jobs = await payments.svc.service.pool.fetch("SELECT kind FROM job WHERE kind LIKE 'payment.look%'")
    assert len(jobs) == 1

"""What courier-svc tells and reads, held against the committed contracts."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Running, bearer
from chassis.testing.contracts import assert_reads, assert_told_everything, taken
from contracts.committed import Producer

from ..conftest import HOME, Courier

DISPATCH = "case.case.dispatch_requested"
PICKUP = "case.case.pickup_requested"
COMPLETED = "case.case.completed"
WITHDRAWN = "case.case.withdrawn"
PAID = "payment.order.paid"
ADDRESS_CHANGED = "case.case.address_changed"

ELSEWHERE = {
    "name": "李小四", "phone": "13911112222", "province": "陕西省", "city": "西安市", "address": "未央路1号",
}  # fmt: skip

Check = Callable[[Running, str, Producer], Awaitable[None]]


async def shipment_of(svc: Running, case: dict[str, Any]) -> dict[str, Any]:
    rows = await svc.service.pool.fetch("SELECT * FROM shipment WHERE case_id = $1", UUID(case["case_id"]))
    [row] = rows
    return dict(row)


async def test_its_stories_tell_every_event_it_owns(svc: Running, courier: Courier) -> None:
    words = "本人签收：张三丰"
    cases = [
        await taken(svc, DISPATCH, Producer.TODAY, case_id=str(uuid4()), case_no=f"HZ{n}", postage_free=True)
        for n in range(3)
    ]
    await svc.run_jobs()
    arrives, comes_back, unwanted = [await shipment_of(svc, case) for case in cases]
    for shipment, codes in ((arrives, ("PICKED_UP", "DELIVERED")), (comes_back, ("PICKED_UP", "RETURNED"))):
        for code in codes:
            await courier.push(shipment["order_no"], code, opDesc=words)
    await taken(svc, WITHDRAWN, Producer.TODAY, case_id=str(unwanted["case_id"]))
    await svc.run_jobs()
    owner = bearer(svc.tokens.citizen(comes_back["applicant_id"]))
    again = f"/api/shipments/{comes_back['id']}"
    sent = await svc.client.post(f"{again}/resend", json={}, headers=owner | {"Idempotency-Key": "again"})
    moved = await svc.client.put(f"{again}/address", json=ELSEWHERE, headers=owner)
    assert (sent.status_code, moved.status_code) == (200, 200), moved.text
    await calls_it_damaged(svc, arrives, words)
    await assert_told_everything(
        svc.service, but_never=[HOME.name, HOME.phone, HOME.address, words, *ELSEWHERE.values()]
    )


async def calls_it_damaged(svc: Running, shipment: dict[str, Any], words: str) -> None:
    headers = bearer(svc.tokens.citizen(shipment["applicant_id"])) | {"Idempotency-Key": "damaged"}
    path, body = f"/api/shipments/{shipment['id']}/claims", {"kind": "damaged", "words": words}
    answer = await svc.client.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text


def becomes_an_order(direction: str, **facts: Any) -> Check:
    async def check(svc: Running, type: str, producer: Producer) -> None:
        case = await taken(svc, type, producer, case_id=str(uuid4()), **facts)
        await svc.run_jobs()
        shipment = await shipment_of(svc, case)
        assert (shipment["state"], shipment["direction"]) == ("created", direction)
        assert (str(shipment["applicant_id"]), shipment["unit"]) == (case["applicant_id"], case["unit"])

    return check


async def takes_the_order_back(svc: Running, type: str, producer: Producer) -> None:
    case = await taken(svc, DISPATCH, producer, postage_free=True)
    await svc.run_jobs()
    await taken(svc, type, producer)
    await svc.run_jobs()
    assert (await shipment_of(svc, case))["state"] == "cancelled"


async def ends_what_was_collected(svc: Running, type: str, producer: Producer) -> None:
    case = await taken(svc, DISPATCH, producer, case_id=str(uuid4()))
    await taken(svc, type, producer, case_id=case["case_id"], how="collected")
    assert (await shipment_of(svc, case))["state"] == "cancelled"


async def comes_after_what_was_given_at_the_parcel(svc: Running, type: str, producer: Producer) -> None:
    case = await taken(svc, DISPATCH, producer, case_id=str(uuid4()))
    await svc.service.pool.execute(
        "UPDATE shipment SET state = 'lost', address_given = true WHERE case_id = $1", UUID(case["case_id"])
    )
    await taken(svc, type, producer, case_id=case["case_id"])
    assert not (await shipment_of(svc, case))["address_given"]


async def sends_what_waited(svc: Running, type: str, producer: Producer) -> None:
    case = await taken(svc, DISPATCH, Producer.TODAY, case_id=str(uuid4()), postage_free=False)
    await svc.run_jobs()
    assert (await shipment_of(svc, case))["state"] == "requested"
    # A producer of before there was postage tells of fees alone, which move nothing.
    order = await taken(svc, type, producer, case_id=case["case_id"], kind="postage")
    await svc.run_jobs()
    is_postage = order.get("kind") == "postage"
    assert (await shipment_of(svc, case))["state"] == ("created" if is_postage else "requested")


async def is_part_of_the_erasure(svc: Running, type: str, producer: Producer) -> None:
    body = await taken(svc, type, producer)
    done = await svc.service.pool.fetchval(
        "SELECT true FROM person_erasure WHERE account_id = $1", UUID(body["account_id"])
    )
    assert done


READS: dict[str, Check] = {
    "identity.account.erased": is_part_of_the_erasure,
    DISPATCH: becomes_an_order("to_applicant", postage_free=True),
    PICKUP: becomes_an_order("from_applicant"),
    WITHDRAWN: takes_the_order_back,
    COMPLETED: ends_what_was_collected,
    PAID: sends_what_waited,
    ADDRESS_CHANGED: comes_after_what_was_given_at_the_parcel,
}
"""What becomes of each event it reads."""


@pytest.mark.parametrize("producer", Producer)
async def test_every_event_it_reads_has_its_effect(svc: Running, subtests, producer: Producer) -> None:
    assert_reads(svc.service, READS)
    for type, check in READS.items():
        with subtests.test(type):
            await check(svc, type, producer)

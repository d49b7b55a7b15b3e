"""What is not free waits for its postage, whichever of money and parcel comes first."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.clock import now
from chassis.testing import Running, bearer
from contracts.case import CaseCompleted, CaseDispatchRequested
from contracts.courier import ShipmentCancelled
from contracts.payment import OrderPaid

from ..conftest import Courier, Parcel, SandboxCourier, case_facts


def to_be_sent(**facts: Any) -> CaseDispatchRequested:
    return CaseDispatchRequested(**case_facts(**facts), postage_free=False)


def paid(case_id: UUID, kind: str = "postage") -> OrderPaid:
    return OrderPaid(
        order_id=uuid4(), case_id=case_id, kind=kind, amount_cents=2_000, occurred_at=now(), channel="bank",
        paid_at=now(),
    )  # fmt: skip


async def view(svc: Running, event: CaseDispatchRequested) -> dict[str, Any]:
    headers = bearer(svc.tokens.citizen(event.applicant_id))
    answer = await svc.client.get(f"/api/shipments?case_id={event.case_id}", headers=headers)
    (found,) = answer.json()["items"]
    return found


async def test_nobody_is_asked_to_carry_what_is_not_paid(svc: Running, sandbox: SandboxCourier) -> None:
    event = to_be_sent()
    await svc.deliver(event)
    await svc.run_jobs()
    assert await sandbox.orders() == []
    seen = await view(svc, event)
    assert (seen["state"], seen["awaits_postage"]) == ("requested", True)

    await svc.deliver(paid(event.case_id))
    await svc.run_jobs()
    assert len(await sandbox.orders()) == 1
    assert not (await view(svc, event))["awaits_postage"]


async def test_money_that_came_first_is_remembered(svc: Running, sandbox: SandboxCourier) -> None:
    event = to_be_sent()
    await svc.deliver(paid(event.case_id))
    await svc.deliver(event)
    await svc.run_jobs()
    assert len(await sandbox.orders()) == 1


async def test_a_fee_pays_no_postage(svc: Running, sandbox: SandboxCourier) -> None:
    event = to_be_sent()
    await svc.deliver(event, paid(event.case_id, "fee"), paid(uuid4()))
    await svc.run_jobs()
    assert await sandbox.orders() == []


async def test_paid_twice_is_sent_once(svc: Running, sandbox: SandboxCourier) -> None:
    event = to_be_sent()
    await svc.deliver(event, paid(event.case_id), paid(event.case_id))
    await svc.run_jobs()
    await svc.deliver(paid(event.case_id))
    await svc.run_jobs()
    assert len(await sandbox.orders()) == 1


@pytest.mark.parametrize("first", ["money", "parcel"])
async def test_both_in_the_same_moment_find_each_other(
    svc: Running, sandbox: SandboxCourier, first: str
) -> None:
    """Two consumers, two transactions: neither sees what the other has not committed."""
    event = to_be_sent()
    both = [svc.deliver(paid(event.case_id)), svc.deliver(event)]
    await asyncio.gather(*(both if first == "money" else both[::-1]))
    await svc.run_jobs()
    assert len(await sandbox.orders()) == 1


async def cancelled(svc: Running) -> list[bool]:
    """Of each parcel that was cancelled, whether a courier had had it."""
    return [event.carried for event in await svc.emitted() if isinstance(event, ShipmentCancelled)]


async def collected(svc: Running, event: CaseDispatchRequested) -> None:
    facts = event.model_dump(exclude={"postage_free", "id_bound"}) | {"state": "completed"}
    await svc.deliver(CaseCompleted(**facts, how="collected"))


@pytest.mark.parametrize("is_paid", [False, True])
async def test_collected_before_the_courier_came_it_is_not_sent(svc: Running, is_paid: bool) -> None:
    event = to_be_sent()
    await svc.deliver(event, *([paid(event.case_id)] if is_paid else []))
    await svc.run_jobs()
    await collected(svc, event)
    await svc.run_jobs()
    assert (await view(svc, event))["state"] == "cancelled"
    assert await cancelled(svc) == [False]


async def test_money_after_it_was_collected_sends_nothing(svc: Running, sandbox: SandboxCourier) -> None:
    event = to_be_sent()
    await svc.deliver(event)
    await collected(svc, event)
    await svc.deliver(paid(event.case_id))
    await svc.run_jobs()
    assert await sandbox.orders() == []


async def test_what_came_back_and_was_collected_then_had_been_carried(svc: Running, courier: Courier) -> None:
    event = to_be_sent()
    await svc.deliver(event, paid(event.case_id))
    await svc.run_jobs()
    parcel = Parcel(svc, event)
    for code in ("PICKED_UP", "RETURNED"):
        await courier.push(await parcel.order_no(), code)
    assert (await parcel.resend()).status_code == 200
    await collected(svc, event)
    await svc.run_jobs()
    assert await cancelled(svc) == [True]

"""From the case's wish to a waybill, whatever the courier's answers do."""

from uuid import uuid4

import pytest
from chassis.testing import Running
from contracts.case import PickupRequested
from contracts.courier import ShipmentCreated

from ..conftest import HOME, CaseAddressBook, Courier, Parcel, SandboxCourier, case_facts


async def due_again(svc: Running) -> None:
    """As if the back-off had passed."""
    await svc.service.pool.execute("UPDATE job SET run_at = now() WHERE last_error IS NOT NULL")


async def test_a_dispatch_becomes_one_order_with_a_waybill(created: Parcel, sandbox: SandboxCourier) -> None:
    (order,) = await sandbox.orders()
    row = await created.row()
    assert (order["order_no"], order["waybill_no"]) == (row["order_no"], row["waybill_no"])
    (event,) = await created.svc.emitted()
    assert isinstance(event, ShipmentCreated)
    assert (event.case_id, event.waybill_no) == (created.event.case_id, row["waybill_no"])


async def test_originals_are_fetched_from_the_applicant(
    svc: Running, addresses: CaseAddressBook, sandbox: SandboxCourier
) -> None:
    await svc.deliver(PickupRequested(**case_facts()))
    await svc.run_jobs()
    assert [direction for _, direction in addresses.asked] == ["from_applicant"]
    (order,) = await sandbox.orders("parties=true")
    assert (order["sender"]["name"], order["id_bound"]) == (HOME.name, 0)
    assert order["receiver"]["name"] == svc.service.state.desk.office_of("").name


async def test_the_address_is_sealed_at_rest(created: Parcel) -> None:
    dump = await created.svc.service.pool.fetchval("SELECT row_to_json(s)::text FROM shipment s")
    sealed = (await created.row())["sealed_address"]
    assert sealed and HOME.name.encode() not in sealed
    assert HOME.name not in dump and HOME.phone not in dump


async def test_the_same_event_twice_makes_one_parcel(svc: Running, sandbox: SandboxCourier) -> None:
    event, event_id = PickupRequested(**case_facts()), uuid4()
    await svc.deliver(event, event_id=event_id)
    await svc.deliver(event, event_id=event_id)
    await svc.deliver(event)
    await svc.run_jobs()
    assert len(await sandbox.orders()) == 1


async def test_a_lost_answer_is_asked_for_again_under_the_same_number(
    requested: Parcel, sandbox: SandboxCourier, addresses: CaseAddressBook
) -> None:
    await sandbox.fault(lost_answer_next=2)
    for _ in range(3):
        await requested.svc.run_jobs()
        await due_again(requested.svc)
    assert await requested.state() == "created"
    assert len(await sandbox.orders()) == 1
    assert len(addresses.asked) == 1, "personal data is fetched once"


async def test_a_courier_that_is_down_is_waited_for(requested: Parcel, sandbox: SandboxCourier) -> None:
    await sandbox.fault(down=True)
    await requested.svc.run_jobs()
    assert await requested.state() == "requested"
    await sandbox.fault()
    await due_again(requested.svc)
    await requested.svc.run_jobs()
    assert await requested.state() == "created"


@pytest.mark.parametrize("column", ["waybill_no", "created_at"])
async def test_a_push_faster_than_the_answer_is_not_forgotten(
    requested: Parcel, courier: Courier, sandbox: SandboxCourier, column: str
) -> None:
    await sandbox.fault(lost_answer_next=1)
    await requested.svc.run_jobs()
    await courier.push(await requested.order_no(), "PICKED_UP")
    await due_again(requested.svc)
    await requested.svc.run_jobs()
    assert await requested.told() == ["created", "picked_up"]
    assert (await requested.row())[column] is not None
    (leg,) = await requested.svc.service.pool.fetch("SELECT waybill_no FROM leg")
    assert leg["waybill_no"] == (await requested.row())["waybill_no"], "what statements are matched by"
    kinds = await requested.svc.service.pool.fetch("SELECT kind FROM job")
    assert [row["kind"] for row in kinds] == ["courier.poll_traces"]


async def test_a_case_without_address_is_shown_to_the_unit(
    requested: Parcel, addresses: CaseAddressBook
) -> None:
    addresses.address = None
    await requested.svc.run_jobs()
    row = await requested.row()
    assert (row["state"], row["attention"]) == ("needs_attention", "no_address")
    answer = await requested.readdress(
        {f: getattr(HOME, f) for f in ("name", "phone", "province", "city", "address")}
    )
    assert answer.status_code == 200
    await requested.svc.run_jobs()
    assert await requested.state() == "created"


async def test_a_refused_order_is_shown_to_the_unit(requested: Parcel, addresses: CaseAddressBook) -> None:
    addresses.address = type(HOME)("", "", "", "", "", "")
    await requested.svc.run_jobs()
    row = await requested.row()
    assert (row["state"], row["attention"]) == ("needs_attention", "refused:B00001")


async def test_a_dispatch_of_a_returned_parcel_sends_it_again(
    returned: Parcel, sandbox: SandboxCourier
) -> None:
    await returned.svc.deliver(returned.event)
    await returned.svc.run_jobs()
    assert (await returned.row())["leg"] == 2
    assert len(await sandbox.orders()) == 2

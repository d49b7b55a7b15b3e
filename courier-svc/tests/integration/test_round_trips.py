"""A case's way through here stays short: what each step asks of the database."""

from contracts.case import CaseDispatchRequested, CaseWithdrawn, PickupRequested

from ..conftest import Courier, Parcel, SandboxCourier, case_facts


async def test_opening_a_shipment_is_one_statement_in_the_events_transaction(
    requested: Parcel, said: list[str]
) -> None:
    await requested.svc.deliver(CaseDispatchRequested(**case_facts(), postage_free=True))
    assert said == ["BEGIN", "WITH", "WITH", "COMMIT"], "begun, opened, taken with its job, committed"


async def test_the_shipments_of_a_batch_are_opened_by_one_statement(
    requested: Parcel, said: list[str]
) -> None:
    facts = [case_facts() for _ in range(3)]
    await requested.svc.deliver(*[CaseDispatchRequested(**one, postage_free=True) for one in facts])
    assert said == ["BEGIN", "WITH", "WITH", "COMMIT"]
    assert await requested.svc.run_jobs() == 4


async def test_what_is_called_off_in_the_batch_that_asked_for_it_does_not_leave(requested: Parcel) -> None:
    kept, withdrawn = case_facts(), case_facts()
    asked = [CaseDispatchRequested(**facts, postage_free=True) for facts in (withdrawn, kept, kept)]
    fetched = PickupRequested(**withdrawn)
    await requested.svc.deliver(asked[0], fetched, *asked[1:], CaseWithdrawn(**withdrawn))
    states = await requested.svc.service.pool.fetch("SELECT case_id, direction, state FROM shipment")
    assert {
        (row["case_id"], row["direction"], row["state"])
        for row in states
        if row["case_id"] != requested.event.case_id
    } == {
        (kept["case_id"], "to_applicant", "requested"),
        (withdrawn["case_id"], "to_applicant", "cancelled"),
        (withdrawn["case_id"], "from_applicant", "cancelled"),
    }
    assert not await requested.svc.parked()


async def test_an_order_is_one_read_and_one_write_on_either_side_of_the_call(
    requested: Parcel, said: list[str]
) -> None:
    await requested.svc.run_jobs()
    assert said == ["SELECT", "WITH", "WITH"]
    assert await requested.state() == "created"


async def test_a_push_is_one_read_and_one_write(created: Parcel, courier: Courier, said: list[str]) -> None:
    number = await created.order_no()
    for code in ("PICKED_UP", "OUT_FOR_DELIVERY", "DELIVERED"):
        said.clear()
        await courier.claim(number, code)
        assert said == ["SELECT", "WITH"]


async def test_asking_the_couriers_books_is_two_reads_and_one_write(
    created: Parcel, courier: Courier, sandbox: SandboxCourier, said: list[str]
) -> None:
    number = await created.order_no()
    for code in ("PICKED_UP", "OUT_FOR_DELIVERY", "DELIVERED"):
        await sandbox.advance(number, code)
    await courier.claim(number, "DELIVERED")
    said.clear()
    await created.svc.run_jobs()
    assert said == ["SELECT", "SELECT", "WITH"]
    assert await created.state() == "delivered"


async def test_a_repeated_push_is_one_read_and_one_write(
    created: Parcel, courier: Courier, said: list[str]
) -> None:
    number = await created.order_no()
    at = {"opTime": "2026-11-22 18:30:59"}
    await courier.push(number, "PICKED_UP", **at)
    said.clear()
    await courier.push(number, "PICKED_UP", **at)
    assert said == ["SELECT", "UPDATE"]

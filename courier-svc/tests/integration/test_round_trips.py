"""A case's way through here stays short: what each step asks of the database."""

from contracts.case import CaseDispatchRequested

from ..conftest import Courier, Parcel, case_facts


async def test_opening_a_shipment_is_one_statement_in_the_events_transaction(
    requested: Parcel, said: list[str]
) -> None:
    await requested.svc.deliver(CaseDispatchRequested(**case_facts(), postage_free=True))
    assert said == ["BEGIN", "WITH", "WITH", "INSERT", "COMMIT"], "begun, taken, opened, its job, committed"


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
        await courier.push(number, code)
        assert said == ["SELECT", "WITH"]


async def test_a_repeated_push_is_one_read_and_one_write(
    created: Parcel, courier: Courier, said: list[str]
) -> None:
    number = await created.order_no()
    event_id = await courier.push(number, "PICKED_UP")
    said.clear()
    await courier.push(number, "PICKED_UP", event_id=event_id)
    assert said == ["SELECT", "UPDATE"]

"""What happens at one moment, here or in another process: everything counts once, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

import pytest
from chassis.testing import Running
from courier_svc.application.ports import Parcel as Ordered

from ..conftest import CaseAddressBook, Courier, Parcel, SandboxCourier, push_body

NEW_HOME = {
    "name": "李四", "phone": "13900001111", "province": "陕西省", "city": "西安市", "address": "长安路2号",
}  # fmt: skip


@pytest.fixture
def no_turns(svc: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every push reached a process of its own."""
    monkeypatch.setattr(svc.service.state.desk.turns, "of", lambda key: asyncio.Lock())


@pytest.fixture
def while_the_courier_answers(svc: Running, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Does something after the courier took the order, and before its answer is heard."""
    calls = svc.service.state.desk.carriers.named("ems").calls
    place = calls.place_order

    def arrange(happens: Callable[[], Awaitable[Any]]) -> None:
        async def place_order(parcel: Ordered) -> str:
            waybill_no: str = await place(parcel)
            await happens()
            return waybill_no

        monkeypatch.setattr(calls, "place_order", place_order)

    return arrange


@pytest.mark.usefixtures("no_turns")
@pytest.mark.parametrize("codes", list(permutations(("PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY"))))
async def test_scans_heard_by_several_processes_at_once_tell_each_step_once(
    created: Parcel, courier: Courier, codes: tuple[str, ...]
) -> None:
    number = await created.order_no()
    scans = [push_body(number, code) for code in codes] * 2
    answers = await asyncio.gather(*(courier.post(body) for body in scans))
    assert {answer.status_code for answer in answers} == {200}
    assert await created.state() == "in_transit"
    assert await created.told() == ["created", "picked_up"]
    rows = await created.svc.service.pool.fetch("SELECT repeats FROM courier_report")
    assert [row["repeats"] for row in rows] == [1, 1, 1]


async def test_a_shipment_that_changes_between_reading_and_writing_is_judged_again_and_at_last_held(
    created: Parcel, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, pool = created.svc.service.state.desk.reports, created.svc.service.pool
    about, locked = reports.about, []

    async def changed_once_read(uow: Any, report: Any, *, lock: bool) -> Any:
        found = await about(uow, report, lock=lock)
        locked.append(lock)
        if not lock:
            await pool.execute("UPDATE shipment SET attention = 'no_news'")
        return found

    monkeypatch.setattr(reports, "about", changed_once_read)
    await courier.push(await created.order_no(), "PICKED_UP")
    row = await created.row()
    assert (row["state"], row["attention"]) == ("picked_up", "no_news")
    assert locked == [False, False, True]
    assert await created.told() == ["created", "picked_up"]


async def test_an_address_changed_while_it_was_fetched_is_the_one_it_goes_to(
    requested: Parcel, addresses: CaseAddressBook, sandbox: SandboxCourier, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = addresses.fetch

    async def changed_meanwhile(*which: Any) -> Any:
        address = await fetch(*which)
        assert (await requested.readdress(NEW_HOME)).json()["address_change_pending"] is False
        return address

    monkeypatch.setattr(addresses, "fetch", changed_meanwhile)
    await requested.svc.run_jobs()
    (order,) = await sandbox.orders()
    assert (await requested.row())["waybill_no"] == order["waybill_no"]
    assert (await requested.view())["address"]["name"] == "李*"
    assert len(addresses.asked) == 1


async def test_a_case_withdrawn_while_its_address_was_fetched_is_never_ordered(
    requested: Parcel, addresses: CaseAddressBook, sandbox: SandboxCourier, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = addresses.fetch

    async def withdrawn_meanwhile(*which: Any) -> Any:
        await requested.withdraw()
        return await fetch(*which)

    monkeypatch.setattr(addresses, "fetch", withdrawn_meanwhile)
    await requested.svc.run_jobs()
    assert (await requested.state(), await requested.told()) == ("cancelled", ["cancelled"])
    assert await sandbox.orders() == []


async def test_a_push_while_the_courier_answers_is_kept(
    requested: Parcel, courier: Courier, while_the_courier_answers: Callable[..., None]
) -> None:
    number = await requested.order_no()
    while_the_courier_answers(lambda: courier.push(number, "PICKED_UP"))
    await requested.svc.run_jobs()
    assert await requested.state() == "picked_up"
    assert await requested.told() == ["created", "picked_up"]
    jobs = await requested.svc.service.pool.fetch("SELECT kind FROM job")
    assert [job["kind"] for job in jobs] == ["courier.poll_traces"]


async def test_an_address_changed_while_the_courier_answers_makes_a_new_order(
    requested: Parcel, sandbox: SandboxCourier, while_the_courier_answers: Callable[..., None]
) -> None:
    changes = iter([True])

    async def change_once() -> None:
        if next(changes, False):
            assert (await requested.readdress(NEW_HOME)).json()["address_change_pending"] is True

    while_the_courier_answers(change_once)
    await requested.svc.run_jobs()
    assert sorted(order["state"] for order in await sandbox.orders()) == ["ACCEPTED", "CANCELLED"]
    row = await requested.row()
    assert (row["state"], row["leg"]) == ("created", 2)
    assert (await requested.view())["address"]["name"] == "李*"


async def test_a_case_withdrawn_while_the_courier_answers_gives_its_order_back(
    requested: Parcel, sandbox: SandboxCourier, while_the_courier_answers: Callable[..., None]
) -> None:
    while_the_courier_answers(requested.withdraw)
    await requested.svc.run_jobs()
    assert await requested.state() == "cancelled"
    assert [order["state"] for order in await sandbox.orders()] == ["CANCELLED"]


async def test_a_hint_while_the_courier_answers_is_asked_about_at_once(
    requested: Parcel,
    courier: Courier,
    sandbox: SandboxCourier,
    while_the_courier_answers: Callable[..., None],
) -> None:
    number = await requested.order_no()

    async def delivered() -> None:
        await sandbox.advance(number, "DELIVERED")
        await courier.claim(number, "DELIVERED")

    while_the_courier_answers(delivered)
    await requested.svc.run_jobs()
    assert await requested.told() == ["created", "picked_up", "delivered"]

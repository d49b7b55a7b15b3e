"""Resending, new addresses, withdrawal: until it is too late, and said so when it is."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role
from courier_svc.domain.address import Address

from ..conftest import DEPARTMENT, UNIT, CaseAddressBook, Courier, Parcel, SandboxCourier

NEW_HOME = {
    "name": "李四", "phone": "13900001111", "province": "陕西省", "city": "西安市", "address": "长安路2号",
}  # fmt: skip


async def test_a_returned_parcel_is_sent_again_under_a_new_waybill(
    returned: Parcel, sandbox: SandboxCourier, courier: Courier
) -> None:
    first = await returned.row()
    answer = await returned.resend()
    assert (answer.status_code, answer.json()["state"], answer.json()["leg"]) == (200, "requested", 2)
    await returned.svc.run_jobs()
    second = await returned.row()
    assert second["waybill_no"] not in (None, first["waybill_no"])
    for code in ("PICKED_UP", "DELIVERED"):
        await courier.push(second["order_no"], code)
    assert await returned.told() == [
        "created", "picked_up", "returned", "sent_again", "created", "picked_up", "delivered",
    ]  # fmt: skip
    assert len((await returned.view())["scans"]) == 4


async def test_a_resend_repeated_with_its_key_sends_once(returned: Parcel) -> None:
    first, second = await returned.resend("k1"), await returned.resend("k1")
    assert first.json() == second.json()
    assert (await returned.row())["leg"] == 2


async def test_of_two_resends_at_once_one_is_told_that_it_is_too_late(returned: Parcel) -> None:
    answers = await asyncio.gather(returned.resend("k1"), returned.resend("k2"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await returned.row())["leg"] == 2


async def test_a_resend_needs_its_key(returned: Parcel) -> None:
    path = f"/api/shipments/{(await returned.row())['id']}/resend"
    answer = await returned.svc.client.post(path, json={}, headers=returned.applicant)
    assert answer.status_code == 400


async def test_a_late_scan_of_the_old_waybill_does_not_move_the_new_one(
    returned: Parcel, courier: Courier
) -> None:
    old = await returned.order_no()
    await returned.resend()
    await returned.svc.run_jobs()
    await courier.push(old, "DELIVERED")
    assert await returned.state() == "created"


async def test_a_resend_may_go_elsewhere(returned: Parcel) -> None:
    officer = bearer(returned.svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT))
    answer = await returned.resend(body={"address": NEW_HOME}, headers=officer)
    assert answer.status_code == 200
    assert (await returned.view())["address"]["name"] == "李*"


async def test_a_parcel_under_way_cannot_be_resent(created: Parcel) -> None:
    answer = await created.resend()
    problem = answer.json()
    assert (answer.status_code, problem["state"]) == (409, "created")
    assert "sent_again" not in problem["possible"]


async def test_an_address_changes_at_once_while_the_courier_knows_nothing(requested: Parcel) -> None:
    answer = await requested.readdress(NEW_HOME)
    assert answer.json()["address_change_pending"] is False
    await requested.svc.run_jobs()
    assert (await requested.view())["address"]["name"] == "李*"
    assert (await requested.row())["leg"] == 1


async def test_an_ordered_parcel_gets_its_new_address_under_a_new_order(
    created: Parcel, sandbox: SandboxCourier
) -> None:
    old = await created.order_no()
    assert (await created.readdress(NEW_HOME)).json()["address_change_pending"] is True
    await created.svc.run_jobs()
    states = {order["order_no"]: order["state"] for order in await sandbox.orders()}
    row = await created.row()
    assert states == {old: "CANCELLED", row["order_no"]: "ACCEPTED"}
    assert (row["state"], row["leg"], row["sealed_next_address"]) == ("created", 2, None)
    assert (await created.view())["address"]["name"] == "李*"


async def test_a_parcel_the_courier_already_took_keeps_its_address(
    created: Parcel, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(lose_next=-1)
    await sandbox.advance(await created.order_no(), "PICKED_UP")
    await created.readdress(NEW_HOME)
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["leg"], row["attention"]) == (1, "address_change_too_late")
    assert (await created.view())["address"]["name"] == "张**"


async def test_a_changed_address_after_a_lost_answer_leaves_one_live_order(
    requested: Parcel, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(lost_answer_next=1)
    await requested.svc.run_jobs()
    await requested.readdress(NEW_HOME)
    await requested.svc.service.pool.execute("UPDATE job SET run_at = now()")
    await requested.svc.run_jobs()
    states = sorted(order["state"] for order in await sandbox.orders())
    assert states == ["ACCEPTED", "CANCELLED"]
    assert await requested.state() == "created"


@pytest.mark.parametrize("code", ["PICKED_UP", "DELIVERED"])
async def test_an_address_cannot_change_once_the_parcel_left(
    created: Parcel, courier: Courier, code: str
) -> None:
    await courier.push(await created.order_no(), code)
    answer = await created.readdress(NEW_HOME)
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        NEW_HOME | {"phone": "手机"},
        NEW_HOME | {"name": ""},
        NEW_HOME | {"address": "路" * 300},
        NEW_HOME | {"name": "李\n四"},
        NEW_HOME | {"surprise": 1},
    ],
)
async def test_a_malformed_address_is_refused_with_its_places(created: Parcel, wrong: dict[str, str]) -> None:
    answer = await created.readdress(wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_withdrawn_case_that_was_not_ordered_is_cancelled_at_once(
    requested: Parcel, sandbox: SandboxCourier
) -> None:
    await requested.withdraw()
    await requested.svc.run_jobs()
    assert await requested.told() == ["cancelled"]
    assert await sandbox.orders() == []


async def test_a_withdrawn_case_gives_its_order_back(created: Parcel, sandbox: SandboxCourier) -> None:
    await created.withdraw()
    await created.svc.run_jobs()
    assert await created.told() == ["created", "cancelled"]
    assert [order["state"] for order in await sandbox.orders()] == ["CANCELLED"]


async def test_an_order_that_nobody_wants_any_more_is_given_back_after_a_lost_answer(
    requested: Parcel, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(lost_answer_next=1)
    await requested.svc.run_jobs()
    await requested.withdraw()
    await requested.svc.service.pool.execute("UPDATE job SET run_at = now()")
    await requested.svc.run_jobs()
    assert await requested.state() == "cancelled"
    assert [order["state"] for order in await sandbox.orders()] == ["CANCELLED"]


async def test_a_parcel_that_left_before_the_withdrawal_is_shown_to_the_unit(
    created: Parcel, courier: Courier
) -> None:
    await courier.push(await created.order_no(), "PICKED_UP")
    await created.withdraw()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("picked_up", "withdrawn_under_way")


async def test_addresses_and_words_are_purged_when_their_time_has_come(
    created: Parcel, courier: Courier
) -> None:
    await courier.push(await created.order_no(), "DELIVERED")
    assert (await created.row())["purge_at"] > datetime.now(UTC)
    await created.svc.service.pool.execute("UPDATE shipment SET purge_at = now()")
    await created.svc.service.pool.execute(
        "INSERT INTO job (kind, key) VALUES ('courier.purge_addresses', 'recurring')"
    )
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["sealed_address"], row["purge_at"]) == (None, None)
    assert await created.svc.service.pool.fetchval("SELECT sealed_body FROM courier_report") is None
    view = await created.view()
    assert (view["address"], view["scans"][0]["code"]) == (None, "704")


async def test_a_resend_goes_to_the_address_the_case_has_by_then(
    returned: Parcel, addresses: CaseAddressBook
) -> None:
    addresses.address = Address("王五", "13700000000", "", "西安市", "", "未央路3号")
    await returned.resend()
    await returned.svc.run_jobs()
    assert (await returned.view())["address"]["name"] == "王*"


async def test_an_address_given_for_the_parcel_outlives_its_return(
    requested: Parcel, courier: Courier, addresses: CaseAddressBook
) -> None:
    await requested.readdress(NEW_HOME)
    await requested.svc.run_jobs()
    await courier.push(await requested.order_no(), "RETURNED")
    await requested.resend()
    await requested.svc.run_jobs()
    assert (await requested.view())["address"]["name"] == "李*"
    assert addresses.asked == []


async def test_others_neither_see_nor_touch_a_parcel(returned: Parcel) -> None:
    tokens = returned.svc.tokens
    strangers = [
        tokens.citizen(uuid4()),
        tokens.officer(uuid4(), unit="XC-HUZHENG", department=DEPARTMENT),
        tokens.officer(uuid4(), unit="XC-CRJ", department="CRJ", roles=(Role.SUPERVISOR,)),
    ]
    shipment_id = (await returned.row())["id"]
    for stranger in strangers:
        answer = await returned.svc.client.get(f"/api/shipments/{shipment_id}", headers=bearer(stranger))
        assert answer.status_code == 404
        assert (await returned.resend(str(uuid4()), headers=bearer(stranger))).status_code == 404
    auxiliary = tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT, rank=0, roles=(Role.AUXILIARY,))
    assert (await returned.resend("aux", headers=bearer(auxiliary))).status_code == 403
    assert (await returned.readdress(NEW_HOME, bearer(auxiliary))).status_code == 403

"""What was handed over at the window is not sent as well, whichever came first."""

from typing import Any

import httpx2
import pytest
from contracts.case import PickupRequested

from ..conftest import Courier, Parcel, SandboxCourier, case_facts

NEW_HOME = {
    "name": "李四", "phone": "13900001111", "province": "陕西省", "city": "西安市", "address": "长安路2号",
}  # fmt: skip


async def orders(sandbox: SandboxCourier) -> dict[str, str]:
    return {order["order_no"]: order["state"] for order in await sandbox.orders()}


def assert_refused(answer: httpx2.Response, why: str) -> None:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/shipment-no-longer-wanted")
    assert problem["called_off"] == why


async def test_a_returned_parcel_collected_at_the_window_is_not_sent_again(
    returned: Parcel, sandbox: SandboxCourier
) -> None:
    await returned.complete("collected")
    assert_refused(await returned.resend(), "collected")
    await returned.svc.run_jobs()
    row = await returned.row()
    assert (row["state"], row["leg"], len(await sandbox.orders())) == ("returned", 1, 1)


async def test_the_refusal_says_in_both_languages_where_the_document_went(returned: Parcel) -> None:
    await returned.complete("collected")
    assert "窗口领取" in (await returned.resend()).json()["detail"]
    english = returned.applicant | {"Accept-Language": "en"}
    answer = await returned.resend("k2", headers=english)
    assert "collected at the window" in answer.json()["detail"]


async def test_a_parcel_sent_again_and_not_ordered_yet_is_cancelled_when_it_is_collected(
    returned: Parcel, sandbox: SandboxCourier
) -> None:
    await returned.resend()
    await returned.complete("collected")
    await returned.svc.run_jobs()
    assert (await returned.state(), (await returned.told())[-1]) == ("cancelled", "cancelled")
    assert len(await sandbox.orders()) == 1, "the first leg's"
    assert_refused(await returned.resend("k2"), "collected")


async def test_a_parcel_ordered_again_is_given_back_when_it_is_collected(
    returned: Parcel, sandbox: SandboxCourier
) -> None:
    await returned.resend()
    await returned.svc.run_jobs()
    await returned.complete("collected")
    await returned.svc.run_jobs()
    assert await returned.state() == "cancelled"
    assert (await orders(sandbox))[await returned.order_no()] == "CANCELLED"


async def test_a_parcel_picked_up_again_before_it_was_collected_is_shown_to_the_unit(
    returned: Parcel, courier: Courier
) -> None:
    await returned.resend()
    await returned.svc.run_jobs()
    await courier.push(await returned.order_no(), "PICKED_UP")
    await returned.complete("collected")
    row = await returned.row()
    assert (row["state"], row["attention"]) == ("picked_up", "collected_under_way")
    await courier.push(row["order_no"], "RETURNED")
    assert await returned.state() == "returned"
    assert_refused(await returned.resend("k2"), "collected")


async def test_a_parcel_the_courier_took_unheard_before_it_was_collected_stays_when_it_comes_back(
    returned: Parcel, sandbox: SandboxCourier, courier: Courier
) -> None:
    await returned.resend()
    await returned.svc.run_jobs()
    await sandbox.fault(lose_next=-1)
    await sandbox.advance(await returned.order_no(), "PICKED_UP")
    await returned.complete("collected")
    await returned.svc.run_jobs()
    assert (await returned.row())["attention"] == "cancel_too_late"
    assert_refused(await returned.readdress(NEW_HOME), "collected")
    await courier.push(await returned.order_no(), "RETURNED")
    assert_refused(await returned.resend("k2"), "collected")


@pytest.mark.parametrize("how", ["delivered", "issued"])
async def test_a_case_completed_in_another_way_calls_nothing_off(returned: Parcel, how: str) -> None:
    await returned.complete(how)
    assert (await returned.resend()).status_code == 200


async def test_originals_still_to_be_fetched_are_fetched_when_the_result_was_collected(
    requested: Parcel,
) -> None:
    event = PickupRequested(**case_facts())
    await requested.svc.deliver(event)
    originals = Parcel(requested.svc, event)
    await originals.complete("collected")
    await requested.svc.run_jobs()
    assert await originals.state() == "created"


async def test_a_parcel_of_a_withdrawn_case_is_not_sent_again_when_it_comes_back(
    created: Parcel, courier: Courier
) -> None:
    await courier.push(await created.order_no(), "PICKED_UP")
    await created.withdraw()
    await courier.push(await created.order_no(), "RETURNED")
    assert_refused(await created.resend(), "withdrawn")

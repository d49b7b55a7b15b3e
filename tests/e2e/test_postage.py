"""A fee and postage in one checkout: sent once paid, or collected at the window, and the postage comes back."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from city import City
from city.steps import ADDRESS, submitted
from demo.api import until
from demo.client import Citizen, Officer
from demo.licence import Licence

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("city")]

LICENCE = "JIAOJING-003"
ANSWERS = {
    "licence_file_no": "610100123456",
    "lost_date": "2026-11-01",
    "not_detained": True,
    "delivery_address": ADDRESS,
}


async def owing(city: City) -> tuple[Citizen, Officer, str]:
    """A lost driving licence, approved: a fee of 10 yuan and postage are owed."""
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, LICENCE, ANSWERS)
    officer = await city.officer("CITY-JIAOJING-1")
    await officer.accept(case_id)
    await officer.approve(case_id, "同意")
    return citizen, officer, case_id


async def pay_all(city: City, citizen: Citizen, case_id: str) -> list[dict[str, Any]]:
    payments = await citizen.pay_all(case_id)
    for payment in payments:
        await city.bank.pay(payment["attempt"]["pay_url"])
    return payments


async def order_of(citizen: Citizen, case_id: str, kind: str) -> dict[str, Any]:
    (order,) = [one for one in await citizen.orders(case_id) if one["kind"] == kind]
    return order


async def when_order(citizen: Citizen, case_id: str, kind: str, state: str) -> None:
    async def look() -> bool | None:
        return (await order_of(citizen, case_id, kind))["state"] == state or None

    await until(f"{kind} {state}", look)


async def test_demonstration_pays_both_and_gets_its_licence(city: City):
    told: list[str] = []
    await Licence(city.platform, city.logins, told.append)(await city.citizen())
    assert "已妥投" in told[-1]


async def test_fee_and_postage_are_paid_in_one_checkout_and_the_licence_is_delivered(city: City):
    citizen, officer, case_id = await owing(city)
    view = await citizen.checkout(case_id, 2)
    assert [(line["kind"], line["payee"]) for line in view["lines"]] == [
        ("fee", "treasury"),
        ("postage", "postal"),
    ]
    assert (view["due_yuan"], view["payments"]) == ("30.00", 2)
    payments = await pay_all(city, citizen, case_id)
    number = payments[1]["attempt"]["id"].replace("-", "")
    back = await city.platform.send("GET", f"/pay/return/bank/postal/{number}")
    assert "支付成功" in back.text and "寄递费" in back.text
    assert "赵小雨" not in back.text
    await citizen.when(case_id, "in_production")
    await officer.produce(case_id)
    await citizen.when(case_id, "completed", within=60)
    (shipment,) = await citizen.shipments(case_id)
    assert (shipment["state"], shipment["awaits_postage"]) == ("delivered", False)
    actions = [entry["action"] for entry in (await citizen.timeline(case_id))["entries"]]
    assert {"request_postage", "postage_paid", "pay", "deliver"} <= set(actions)


async def test_unpaid_postage_holds_the_parcel_and_not_the_case(city: City):
    citizen, officer, case_id = await owing(city)
    await citizen.checkout(case_id, 2)
    fee = await order_of(citizen, case_id, "fee")
    await city.bank.pay(await citizen.start_payment(fee["id"]))
    await citizen.when(case_id, "in_production")
    await officer.produce(case_id)

    async def waiting() -> bool | None:
        return any(one["awaits_postage"] for one in await citizen.shipments(case_id)) or None

    await until("等待寄递费", waiting)
    assert (await citizen.case(case_id))["state"] == "awaiting_dispatch"
    await pay_all(city, citizen, case_id)
    await citizen.when(case_id, "completed", within=60)


async def test_collected_at_the_window_instead_the_postage_comes_back(city: City):
    citizen, officer, case_id = await owing(city)
    await citizen.checkout(case_id, 2)
    await pay_all(city, citizen, case_id)
    await citizen.when(case_id, "in_production")
    await when_order(citizen, case_id, "postage", "paid")
    # Nobody is there to fetch it yet.
    await city.platform.control("PUT", "/faults/courier", {"down": True})
    try:
        await officer.produce(case_id)
        await officer.collect(case_id)
        assert (await citizen.case(case_id))["state"] == "completed"
    finally:
        await city.platform.control("PUT", "/faults/courier", {})
    await when_order(citizen, case_id, "postage", "refunded")
    assert (await order_of(citizen, case_id, "fee"))["state"] == "paid"
    (shipment,) = await citizen.shipments(case_id)
    assert shipment["state"] == "cancelled"


async def test_the_page_after_a_payment_is_where_the_bank_sends_the_browser(city: City):
    citizen, _, case_id = await owing(city)
    await citizen.checkout(case_id, 2)
    order = await order_of(citizen, case_id, "postage")
    link = await citizen.start_payment(order["id"])
    await city.bank.pay(link)
    cashier = (await city.platform.send("GET", link)).text
    back = cashier.partition('<a href="')[2].partition('"')[0]
    page = await city.platform.send("GET", urlsplit(back).path)
    assert page.status_code == 200 and "支付成功" in page.text

"""A parcel that is lost: from an address of the book to the document that is made anew."""

from typing import Any

import pytest
from city import City
from city.steps import ADDRESS, lost_card_awaiting_payment, paid
from demo.api import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("city")]

WORK = ADDRESS | {"city": "咸阳市", "county": "秦都区", "address": "人民中路 8 号"}


async def test_a_lost_document_is_made_anew_and_reaches_the_address_chosen(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    saved = await citizen.post("/api/identity/me/addresses", WORK | {"label": "公司"})
    await citizen.put(f"/api/cases/{case_id}/delivery-address/saved", {"saved_address_id": saved["id"]})
    await paid(city, citizen, case_id)
    officer = await city.officer("XC-HUZHENG-1")
    await city.platform.control("PATCH", "/settings", {"courier_auto": False})
    try:
        await officer.produce(case_id)
        first = await _parcel(city, citizen, case_id)
        assert first["receiver"]["city"] == "咸阳市"
        await city.courier.move(first["order_no"], "PICKED_UP")
        await citizen.when(case_id, "in_transit")
        old = (await citizen.case(case_id))["document_id"]
        (shipment,) = await citizen.shipments(case_id)
        claim = await officer.post(f"/api/shipments/{shipment['id']}/claims", {"kind": "lost"})

        async def told() -> bool | None:
            (one,) = (await citizen.get(f"/api/shipments/{shipment['id']}"))["claims"]
            return one["state"] == "with_courier" or None

        await until("快递公司已收到索赔", told)
        await city.platform.control(
            "POST", f"/courier/claims/{claim['id']}/decide", {"outcome": "compensated"}
        )
        await city.due_now("courier-svc", "courier.ask_claim", claim["id"])
        await citizen.when(case_id, "in_production")
        assert (await citizen.get(f"/api/documents/{old}"))["status"] == "revoked"
    finally:
        await city.platform.control("PATCH", "/settings", {"courier_auto": True})
    await officer.produce(case_id)
    await citizen.when(case_id, "completed", within=60)
    assert (await citizen.case(case_id))["document_id"] != old
    assert sorted(one["state"] for one in await citizen.shipments(case_id)) == ["delivered", "lost"]
    told_in_words = [line["text"] for line in (await citizen.timeline(case_id))["entries"]]
    assert any("重新制作并免费寄送" in text for text in told_in_words)
    assert len(await citizen.orders(case_id)) == len({one["kind"] for one in await citizen.orders(case_id)})


async def _parcel(city: City, citizen: Any, case_id: str) -> dict[str, Any]:
    """As the courier knows it, with where it goes."""

    async def ordered() -> dict[str, Any] | None:
        waybills = {one["waybill_no"] for one in await citizen.shipments(case_id)}
        books = await city.platform.control("GET", "/books/courier?limit=500&parties=true")
        return next((one for one in books["orders"] if one["waybill_no"] in waybills), None)

    return await until("快递公司已接单", ordered)

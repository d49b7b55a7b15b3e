"""An address of the book is chosen by its id for a parcel, and copied as it is then."""

from uuid import uuid4

import pytest
from chassis.testing import bearer
from courier_svc.domain.address import Address

WORK = Address("张三丰", "13812345678", "四川省", "成都市", "武侯区", "科华路7号")


async def choose(parcel, address_id, headers=None):
    path = f"/api/shipments/{(await parcel.row())['id']}/address/saved"
    body = {"saved_address_id": str(address_id)}
    return await parcel.svc.client.put(path, json=body, headers=headers or parcel.applicant)


@pytest.fixture
def kept(requested, saved):
    """Somebody's saved address."""
    found = uuid4()
    saved.places[requested.event.applicant_id, found] = WORK
    return found


async def test_a_parcel_goes_to_the_address_chosen(requested, saved, kept, sandbox):
    assert (await choose(requested, kept)).status_code == 200
    saved.places.clear()  # what was copied stays
    await requested.svc.run_jobs()
    (order,) = await sandbox.orders("parties=true")
    assert (order["receiver"]["city"], order["receiver"]["address"]) == ("成都市", "科华路7号")
    assert [act["what"] for act in await requested.acts()] == ["address_changed"]


async def test_a_returned_parcel_goes_out_again_to_the_address_chosen(returned, saved, sandbox):
    kept = uuid4()
    saved.places[returned.event.applicant_id, kept] = WORK
    assert (await returned.resend(body={"saved_address_id": str(kept)})).status_code == 200
    await returned.svc.run_jobs()
    cities = [order["receiver"]["city"] for order in await sandbox.orders("parties=true")]
    assert cities == ["西安市", "成都市"]


async def test_only_ones_own_book_and_parcel_count(requested, saved, kept):
    unknown = await choose(requested, uuid4())
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/saved-address-not-found")
    stranger = uuid4()
    saved.places[stranger, kept] = WORK
    theirs = await choose(requested, kept, bearer(requested.svc.tokens.citizen(stranger)))
    assert (theirs.status_code, theirs.json()["type"]) == (404, "/problems/shipment-not-found")
    assert await requested.acts() == []


async def test_a_book_that_cannot_be_read_changes_nothing(requested, saved, kept):
    saved.down = True
    answer = await choose(requested, kept)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/address-book-unavailable")
    assert await requested.acts() == []


async def test_an_address_and_a_choice_at_once_are_refused(returned):
    address = {
        "name": "李四",
        "phone": "13900001111",
        "province": "陕西省",
        "city": "西安市",
        "address": "长安路2号",
    }
    answer = await returned.resend(body={"address": address, "saved_address_id": str(uuid4())})
    assert answer.status_code == 422 and "只填一项" in answer.text


@pytest.mark.parametrize("part", ["province", "city"])
async def test_no_order_goes_out_without_province_or_city(requested, addresses, sandbox, part):
    """Of a case from before that was asked for."""
    said = {
        "name": "李四",
        "phone": "13900001111",
        "province": "陕西省",
        "city": "西安市",
        "address": "长安路2号",
    }
    refused = await requested.readdress(said | {part: ""})
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json()["errors"]] == [f"/{part}"]
    addresses.address = None
    await requested.svc.run_jobs()
    assert (await requested.view())["attention"] == "no_address" and await sandbox.orders() == []

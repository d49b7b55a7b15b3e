"""What other services are told, and to whom else it is not."""

from uuid import uuid4

import pytest
from chassis.testing import bearer

from ..conftest import PLACE

PARCEL = ("accept", "review", "produce", "deliver")


@pytest.fixture
def as_courier(world):
    return bearer(world.tokens.service("courier-svc"))


async def test_the_courier_is_told_the_address_and_the_look_is_kept(world, make_item, as_courier) -> None:
    case_id = await world.submitted(make_item(steps=PARCEL))
    path = f"/internal/cases/{case_id}/address"
    told = await world.client.get(path, params={"direction": "to_applicant"}, headers=as_courier)
    assert told.json() == {
        "name": "张三", "phone": "13800000000", "province": "陕西省", "city": "西安市", "county": "新城区",
        "address": "东新街1号",
    }  # fmt: skip
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert [(view["viewer"], view["what"]) for view in views] == [("courier-svc", "address")]


async def test_a_missing_address_is_told_apart_from_a_missing_case(world, make_item, as_courier) -> None:
    case_id = await world.submitted(make_item())
    for case, status, slug in (
        (case_id, 409, "address-missing"), (str(uuid4()), 404, "case-not-found")
    ):  # fmt: skip
        answer = await world.client.get(
            f"/internal/cases/{case}/address?direction=to_applicant", headers=as_courier
        )
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    wrong = await world.client.get(f"/internal/cases/{case_id}/address?direction=up", headers=as_courier)
    assert wrong.status_code == 422
    as_payments = bearer(world.tokens.service("payment-svc"))
    reference = await world.client.get(f"/internal/cases/{case_id}/payment-reference", headers=as_payments)
    assert reference.status_code == 409


async def test_only_services_are_answered(world, make_item) -> None:
    case_id = await world.submitted(make_item(steps=PARCEL))
    path = f"/internal/cases/{case_id}/address?direction=to_applicant"
    assert (await world.client.get(path)).status_code == 401
    for person in (world.citizen, world.officer(4)):
        assert (await person.get(path)).status_code == 403


async def test_the_address_can_be_corrected_until_the_parcel_leaves(world, make_item, as_courier) -> None:
    case_id = await world.approved(make_item(steps=PARCEL))
    place = {
        "province": "陕西省", "city": "西安市", "county": "碑林区", "address": "南大街9号", "name": "李四",
        "phone": "13900000000",
    }  # fmt: skip
    path = f"/api/cases/{case_id}/delivery-address"
    assert (await world.citizen.put(path, place)).status_code == 204
    told = await world.client.get(
        f"/internal/cases/{case_id}/address?direction=to_applicant", headers=as_courier
    )
    assert told.json()["address"] == "南大街9号"
    wrong = await world.citizen.put(path, {**place, "address": "长" * 150})
    assert [error["path"] for error in wrong.json()["errors"]] == ["/answers/delivery_address/address"]


async def test_a_case_without_a_parcel_has_no_address_to_change(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    for what in ("delivery", "pickup"):
        assert (await world.citizen.put(f"/api/cases/{case_id}/{what}-address", PLACE)).status_code == 409

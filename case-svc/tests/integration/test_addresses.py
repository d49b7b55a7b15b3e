"""Where parcels go and are fetched: typed, or chosen from the address book, until somebody else has the word."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from case_svc.domain.errors import SavedAddressUnavailable, SavedAddressUnknown
from chassis.testing import bearer
from contracts.case import CaseAddressChanged

from ..conftest import ADDRESS, PLACE, TEXT, form_schema
from .test_acting import acts_for, principal

__all__ = ["acts_for", "principal"]

BOTH_WAYS = {"steps": ("accept", "review", "produce", "deliver"), "delivery": "both_ways"}
ELSEWHERE = {
    "province": "四川省", "city": "成都市", "county": "武侯区", "address": "科华路7号", "name": "李四",
    "phone": "13900000000",
}  # fmt: skip


class Books:
    """Plays identity-svc, which keeps the address books."""

    def __init__(self):
        self.places, self.down = {}, False

    async def saved_address(self, account_id, address_id):
        if self.down:
            raise SavedAddressUnavailable
        if (account_id, address_id) not in self.places:
            raise SavedAddressUnknown
        return self.places[account_id, address_id]


@pytest.fixture
def books(world):
    state = world.client._transport.app.state
    playing = Books()
    state.desk = replace(state.desk, people=playing)
    return playing


async def goes_to(world, case_id, direction="to_applicant"):
    headers = bearer(world.tokens.service("courier-svc"))
    path = f"/internal/cases/{case_id}/address?direction={direction}"
    return (await world.client.get(path, headers=headers)).json()


APART = form_schema(
    {"purpose": {"title": "用途", **TEXT}, "delivery_address": ADDRESS, "pickup_address": ADDRESS},
    ["purpose", "delivery_address"],
    **{"x-delivery": {"to_applicant": ["delivery_address"], "from_applicant": ["pickup_address"]}},
)
"""Two addresses, one for each way."""


async def last_line(world, case_id):
    return (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()["entries"][-1]["text"]


@pytest.mark.parametrize(("what", "direction"), [("delivery", "to_applicant"), ("pickup", "from_applicant")])
async def test_a_saved_address_is_chosen_by_id_and_copied(world, make_item, books, what, direction):
    case_id, home = await world.submitted(make_item(**BOTH_WAYS)), uuid4()
    books.places[world.citizen.id, home] = ELSEWHERE
    path, chosen = f"/api/cases/{case_id}/{what}-address/saved", {"saved_address_id": str(home)}
    assert (await world.citizen.put(path, chosen)).status_code == 204
    books.places.clear()  # what was copied stays
    assert await goes_to(world, case_id, direction) == ELSEWHERE
    assert await last_line(world, case_id) == "您修改了寄送地址和上门取件地址。", "the form has one for both"


@pytest.mark.parametrize(
    ("what", "text", "cents"),
    [("delivery", "您修改了寄送地址。", 2300), ("pickup", "您修改了上门取件地址。", 2000)],
)
async def test_which_address_changed_is_told_and_only_that_of_the_result_has_a_price(
    world, make_item, what, text, cents
):
    item = make_item(**BOTH_WAYS, form_schema=APART, delivery_free=False)
    case_id = await world.submitted(item, pickup_address=PLACE)
    assert (await world.citizen.put(f"/api/cases/{case_id}/{what}-address", ELSEWHERE)).status_code == 204
    assert await last_line(world, case_id) == text
    (told,) = [event for event in await world.emitted() if isinstance(event, CaseAddressChanged)]
    assert told.postage_cents == cents
    price = "SELECT postage_cents FROM cases WHERE id = $1"
    assert await world.service.pool.fetchval(price, UUID(case_id)) == cents


async def test_a_draft_takes_a_saved_address_too(world, make_item, books):
    case_id, home = await world.draft(make_item(**BOTH_WAYS)), uuid4()
    books.places[world.citizen.id, home] = ELSEWHERE
    path = f"/api/cases/{case_id}/delivery-address/saved"
    assert (await world.citizen.put(path, {"saved_address_id": str(home)})).status_code == 204
    answers = (await world.citizen.get(f"/api/cases/{case_id}/answers")).json()["answers"]
    assert answers["delivery_address"] == ELSEWHERE


async def test_the_book_of_somebody_else_opens_nothing(world, make_item, books):
    case_id, theirs = await world.submitted(make_item(**BOTH_WAYS)), uuid4()
    books.places[uuid4(), theirs] = ELSEWHERE
    path, chosen = f"/api/cases/{case_id}/delivery-address/saved", {"saved_address_id": str(theirs)}
    answer = await world.citizen.put(path, chosen)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/saved-address-not-found")
    assert (await goes_to(world, case_id))["address"] == "东新街1号"


async def test_a_book_that_cannot_be_read_changes_nothing_and_says_so(world, make_item, books):
    case_id, books.down = await world.submitted(make_item(**BOTH_WAYS)), True
    answer = await world.citizen.put(
        f"/api/cases/{case_id}/delivery-address/saved", {"saved_address_id": str(uuid4())}
    )
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/address-book-unavailable")
    assert (await goes_to(world, case_id))["address"] == "东新街1号"


async def test_an_agent_chooses_from_the_principals_book_within_the_mandate(
    world, make_item, books, acts_for, principal
):
    item, home = make_item(**BOTH_WAYS), uuid4()
    case_id = await world.draft(item, principal)
    books.places[principal.id, home] = ELSEWHERE
    path, chosen = f"/api/cases/{case_id}/delivery-address/saved", {"saved_address_id": str(home)}
    beyond = acts_for(principal, items=("JIAOJING-001",))
    assert (await beyond.put(path, chosen)).status_code == 404
    assert (await acts_for(principal).put(path, chosen)).status_code == 204


async def test_originals_are_fetched_elsewhere_only_until_acceptance(world, make_item):
    case_id = await world.submitted(make_item(**BOTH_WAYS))
    path = f"/api/cases/{case_id}/pickup-address"
    assert (await world.citizen.put(path, ELSEWHERE)).status_code == 204
    assert await goes_to(world, case_id, "from_applicant") == ELSEWHERE
    assert (await world.officer().post(f"/api/cases/{case_id}/accept")).status_code == 200
    late = await world.citizen.put(path, ELSEWHERE)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/address-not-open")


@pytest.mark.parametrize("field", ["province", "city"])
async def test_an_address_without_province_or_city_is_refused(world, make_item, field):
    case_id = await world.submitted(make_item(**BOTH_WAYS))
    for what in ("delivery", "pickup"):
        answer = await world.citizen.put(f"/api/cases/{case_id}/{what}-address", ELSEWHERE | {field: " "})
        assert answer.status_code == 422
        assert [error["path"] for error in answer.json()["errors"]] == [f"/{field}"]

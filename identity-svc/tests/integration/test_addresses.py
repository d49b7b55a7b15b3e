"""The address book: kept by its owner, chosen from by who acts for them, handed out one at a time."""

import asyncio
from uuid import uuid4

import pytest
from chassis.testing import bearer

from .test_internal import token_for

HOME = {
    "province": "陕西省", "city": "西安市", "county": "新城区", "address": "尚德路1号2单元301室", "name": "赵小雨",
    "phone": "13800000000",
}  # fmt: skip
BOOK = "/api/identity/me/addresses"


class Book:
    def __init__(self, identity, token):
        self.identity, self.token = identity, token

    async def does(self, method, path="", body=None):
        return await self.identity.client.request(method, BOOK + path, json=body, headers=bearer(self.token))

    async def add(self, **changes):
        answer = await self.does("POST", body=HOME | changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def items(self):
        return (await self.does("GET")).json()["items"]


@pytest.fixture
async def book(identity, join):
    return Book(identity, (await join("赵小雨")).token)


async def test_the_first_is_the_default_until_another_is_chosen(book):
    home, work = await book.add(label="家"), await book.add(label="公司", address="科技路9号")
    assert home["is_default"] and not work["is_default"]
    assert [one["label"] for one in await book.items()] == ["家", "公司"]
    assert (await book.does("PUT", f"/{work['id']}/default")).json()["is_default"]
    assert [(one["label"], one["is_default"]) for one in await book.items()] == [
        ("公司", True),
        ("家", False),
    ]
    third = await book.add(label="父母", default=True)
    assert [one["id"] for one in await book.items() if one["is_default"]] == [third["id"]]


async def test_after_the_default_is_deleted_another_is_the_default(book):
    home = await book.add(label="家")
    work = await book.add(label="公司", address="科技路9号")
    for _ in range(2):  # gone is gone
        assert (await book.does("DELETE", f"/{home['id']}")).status_code == 204
    assert [(one["id"], one["is_default"]) for one in await book.items()] == [(work["id"], True)]


async def test_the_same_address_again_is_the_one_that_is_there(book):
    first, again = await book.add(label="家"), await book.add(label="家")
    assert first["id"] == again["id"] and len(await book.items()) == 1


async def test_a_correction_keeps_its_place_and_shows_at_once(book):
    home = await book.add(label="家")
    changed = await book.does("PUT", f"/{home['id']}", HOME | {"label": "新家", "phone": "029-8675 0000"})
    assert changed.status_code == 200 and changed.json()["phone"] == "029-86750000"
    (only,) = await book.items()
    assert (only["id"], only["label"], only["is_default"], only["masked"]) == (
        home["id"],
        "新家",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("province", ""), ("city", "   "), ("city", "市" * 51), ("phone", "12345"), ("phone", "1380000000a"),
        ("phone", ""), ("name", ""), ("name", "张\u0007三"), ("address", "路"), ("address", "路" * 201),
        ("label", "标" * 21), ("county", "区\n"),
    ],
)  # fmt: skip
async def test_what_no_courier_could_use_is_refused_where_it_is_wrong(book, field, value):
    answer = await book.does("POST", body=HOME | {field: value})
    if field == "county":  # only blanks around it
        assert answer.status_code == 201
        return
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["path"] == f"/{field}" and error["message"] and "Value" not in error["message"]
    assert await book.items() == []


async def test_an_address_of_somebody_else_is_not_there(book, identity, join):
    home = await book.add()
    stranger = Book(identity, (await join("钱大海")).token)
    assert await stranger.items() == []
    assert (await stranger.does("PUT", f"/{home['id']}", HOME)).status_code == 404
    assert (await stranger.does("PUT", f"/{home['id']}/default")).status_code == 404
    await stranger.does("DELETE", f"/{home['id']}")
    assert len(await book.items()) == 1


async def test_the_book_has_an_end_also_for_many_at_once(book):
    answers = await asyncio.gather(
        *(book.does("POST", body=HOME | {"address": f"尚德路{number}号"}) for number in range(24))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 4
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["type"].endswith("address-book-full") and refused["most"] == 20
    assert [one["is_default"] for one in await book.items()] == [True] + [False] * 19


async def test_who_acts_sees_it_masked_and_cannot_change_it(identity, join):
    owner, agent = await join("赵小雨"), await join("钱大海")
    home = await Book(identity, owner.token).add(label="家")
    offered = (await owner.offers(agent.phone, agent.name, items=["HUZHENG-003"])).json()
    accepted = await agent.does("accept", offered["id"], offered["version"])
    assert accepted.status_code == 200, accepted.text
    acting = Book(identity, (await agent.acts(offered["id"])).json()["access_token"])
    (seen,) = await acting.items()
    assert (seen["id"], seen["masked"], seen["name"], seen["phone"]) == (
        home["id"], True, "赵**", "138****0000",
    )  # fmt: skip
    assert "301" not in seen["address"]
    for answer in (
        await acting.does("POST", body=HOME),
        await acting.does("PUT", f"/{home['id']}", HOME),
        await acting.does("DELETE", f"/{home['id']}"),
    ):
        assert answer.status_code == 403
    assert len(await Book(identity, owner.token).items()) == 1


async def test_a_service_gets_one_address_and_its_owner_sees_that(identity, join):
    owner = await join("赵小雨")
    book = Book(identity, owner.token)
    home = await book.add()
    asked = f"/internal/addresses/{owner.id}/{home['id']}"
    answer = await identity.client.get(asked, headers=bearer(await token_for(identity)))
    assert answer.status_code == 200 and answer.json() == HOME
    for path in (f"/internal/addresses/{owner.id}/{uuid4()}", f"/internal/addresses/{uuid4()}/{home['id']}"):
        answer = await identity.client.get(path, headers=bearer(await token_for(identity, "courier-svc")))
        assert answer.status_code == 404
    views = (await identity.get("/me/views", owner.token)).json()["items"]
    assert [(one["viewer"], one["why_text"]) for one in views] == [("case-svc", "您选用了地址簿中的这个地址")]
    denied = await identity.client.get(asked, headers=bearer(await token_for(identity, "payment-svc")))
    assert denied.status_code == 403
    assert (await identity.client.get(asked, headers=bearer(owner.token))).status_code == 403


async def test_nothing_of_it_is_stored_in_clear(book, identity):
    await book.add(label="家里的地址")
    (row,) = await identity.sql(
        "SELECT sealed::text AS sealed, saved_address::text AS row FROM saved_address"
    )
    sealed = bytes.fromhex(row["sealed"].removeprefix("\\x"))
    assert not any(word.encode() in sealed for word in ("尚德路", "13800000000", "赵小雨", "家里的地址"))

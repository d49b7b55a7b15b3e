"""Whoever comes in by the city's identity platform: a new account, one's own, or none; what levels are worth."""

import asyncio

import pytest
from chassis.testing import bearer
from contracts.identity import AccountVerified
from identity_svc.domain.demo import COMPANY
from identity_svc.settings import IdentitySettings
from travel_kit import a_person, browser, come_in, link, me, travel


async def test_a_newcomer_is_who_the_city_says_once_a_phone_is_proven(identity, person, phone):
    found, web = await come_in(identity, person)
    assert (found["outcome"], found["phone"]) == ("phone_needed", None)
    answer = await link(identity, web, phone)
    assert answer.status_code == 201 and answer.json()["registered"] is True
    account = await me(identity, answer.json()["session"])
    assert (account["ial"], account["name"]) == (3, "王**")
    told = [event for event in await identity.running.emitted() if isinstance(event, AccountVerified)]
    assert [event.ial for event in told] == [3]
    proofs = (await identity.get("/me/assurance", answer.json()["session"]["access_token"])).json()["proofs"]
    assert "city" in [proof["source"] for proof in proofs]

    again, _ = await come_in(identity, person)
    assert again["outcome"] == "logged_in"
    claims = (await identity.running.service.verifier.verify(again["session"]["access_token"])).claims
    assert (claims.ial, claims.amr) == (3, ("fed",))


@pytest.mark.parametrize(("word", "ial"), [("二级", 1), ("三级", 2), ("四级", 3), ("五级", 4), ("九级", 1)])
async def test_the_citys_words_are_worth_what_is_configured(identity, phone, id_number, word, ial):
    _, web = await come_in(identity, await a_person(identity, "p-2", phone, id_number, word))
    session = (await link(identity, web, phone)).json()["session"]
    account = await me(identity, session)
    assert (account["ial"], account["name"] is None) == (ial, ial < 2)


async def test_a_level_that_rose_there_rises_here(identity, phone, id_number):
    sub = await a_person(identity, "p-3", phone, id_number, "二级")
    found, web = await come_in(identity, sub)
    await link(identity, web, phone)
    await a_person(identity, "p-3", phone, id_number, "四级")
    found, _ = await come_in(identity, sub)
    assert (await me(identity, found["session"]))["ial"] == 3
    await a_person(identity, "p-3", phone, id_number, "三级")
    found, _ = await come_in(identity, sub)
    assert (await me(identity, found["session"]))["ial"] == 3


async def verified(identity, phone, id_number):
    session = (await identity.register(phone))["session"]
    body = {"name": "王小明", "id_number": id_number}
    assert (await identity.post("/real-name", body, session["access_token"])).status_code == 200
    await identity.forget_limits()
    return session


async def test_whoever_has_an_account_links_that_one_by_its_own_phone(
    identity, phone, id_number, another_phone
):
    mine = await verified(identity, phone, id_number)
    sub = await a_person(identity, "p-4", another_phone(), id_number)
    found, web = await come_in(identity, sub)
    masked = phone[:3] + "****" + phone[-4:]
    assert (found["outcome"], found["phone"]) == ("account_found", masked)

    elsewhere = another_phone()
    for path, body in (
        ("/link-codes", {"phone": elsewhere}),
        ("/linked", {"phone": elsewhere, "code": "123456", "code_ticket": "t" * 43}),
    ):
        answer = await web.post(f"/api/identity/sessions{path}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/person-has-account")
        assert answer.json()["phone"] == masked

    sent = await web.post("/api/identity/sessions/link-codes", json={})
    assert (sent.status_code, sent.json()["phone"]) == (202, masked)
    code = await identity.read(phone, sent.json()["code_ticket"])
    answer = await web.post("/api/identity/sessions/linked", json=code)
    assert answer.status_code == 201 and answer.json()["registered"] is False
    account = await me(identity, answer.json()["session"])
    assert account["account_id"] == (await me(identity, mine))["account_id"] and account["ial"] == 3
    assert len(await identity.sql("SELECT 1 FROM account")) == 1


async def test_a_phone_of_somebody_elses_account_is_refused(
    identity, person, phone, another_phone, another_id_number
):
    other = another_phone()
    await verified(identity, other, another_id_number())
    _, web = await come_in(identity, person)
    answer = await link(identity, web, other)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/account-of-another")
    # Nothing was used up: with a phone of one's own it goes on.
    assert (await link(identity, web, phone)).status_code == 201


async def test_a_companys_account_is_no_persons(identity, person, another_phone):
    other = another_phone()
    await identity.register(other, kind="enterprise", uscc=COMPANY.uscc, company_name=COMPANY.name)
    await identity.forget_limits()
    _, web = await come_in(identity, person)
    answer = await link(identity, web, other)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/account-of-another")


async def test_two_accounts_of_one_person_stay_two(identity, phone, id_number, another_phone):
    """The second, unverified one cannot be linked with a person who has the first."""
    await verified(identity, phone, id_number)
    second = (await identity.register(another_phone()))["session"]
    found, _ = await come_in(identity, await a_person(identity, "p-5", phone, id_number))
    answer = await identity.post("/me/links", {"ticket": found["ticket"]}, second["access_token"])
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/person-has-account")
    assert len(await identity.sql("SELECT 1 FROM account")) == 2


async def test_from_within_an_account_the_city_raises_its_level(identity, phone, id_number):
    session = (await identity.register(phone))["session"]
    web = browser(identity)
    await travel(identity, web, person=await a_person(identity, "p-6", phone, id_number))
    answer = await web.post("/api/identity/me/links", json={}, headers=bearer(session["access_token"]))
    assert answer.status_code == 204
    assert (await me(identity, session))["ial"] == 3


async def test_of_two_browsers_that_register_one_person_at_once_one_does(identity, person, another_phone):
    phones = [another_phone() for _ in range(2)]
    webs = [(await come_in(identity, person))[1] for _ in phones]
    codes = [await identity.proof(phone, "link") for phone in phones]
    answers = await asyncio.gather(
        *(
            web.post("/api/identity/sessions/linked", json={"phone": phone, **code})
            for web, phone, code in zip(webs, phones, codes, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await identity.sql("SELECT 1 FROM account")) == 1


def test_levels_are_read_strictly():
    settings = IdentitySettings(database_url="postgresql://x/x", kafka_bootstrap="x", city_levels="高:9")
    with pytest.raises(ValueError, match="CITY_LEVELS"):
        settings.read_city_levels()

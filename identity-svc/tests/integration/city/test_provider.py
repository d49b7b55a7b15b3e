"""What the city may answer: tokens that may not be believed, new keys, nothing at all."""

import pytest
from travel_kit import agree, browser, come_in, enter, set_out, travel

BAD_TOKENS = ["alg_none", "hs256", "foreign_key", "issuer", "audience", "nonce", "expired", "subject"]


@pytest.mark.parametrize("how", BAD_TOKENS)
async def test_a_token_that_may_not_be_believed_is_not(identity, person, how):
    await identity.sandbox.control("PUT", "/faults/city", {"bad_token_next": 1, "bad_token_how": how})
    web = browser(identity)
    assert await travel(identity, web, person=person) == "/done?way_in=refused"
    assert (await enter(identity, web)).status_code == 401
    assert await travel(identity, web, person=person) == "/done?way_in=city"


async def test_the_citys_keys_may_turn_over(identity, person):
    await come_in(identity, person)
    await identity.sandbox.control("POST", "/city/keys/rotate", {})
    await come_in(identity, person)


async def test_tokens_with_unknown_keys_make_no_storm_of_fetches(identity, person, monkeypatch):
    await come_in(identity, person)
    await identity.sandbox.control("PUT", "/faults/city", {})
    metadata = identity.running.service.state.ways_in.travel._destinations["city"]._metadata
    fetched = []
    fetch = metadata._fetch_keys

    async def counted(uri):
        fetched.append(uri)
        await fetch(uri)

    monkeypatch.setattr(metadata, "_fetch_keys", counted)
    for _ in range(3):
        await identity.sandbox.control("POST", "/city/keys/rotate", {"forget_old": True})
        await travel(identity, browser(identity), person=person)
    assert len(fetched) == 1


async def test_a_city_that_is_down_is_said_so_before_anybody_sets_out(identity):
    await identity.sandbox.control("PUT", "/faults/city", {"down": True})
    answer = await browser(identity).get("/api/identity/ways/city/start")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/way-in-down")
    await identity.sandbox.control("DELETE", "/faults/city")
    assert (await browser(identity).get("/api/identity/ways/city/start")).status_code == 303


@pytest.mark.parametrize("fault", [{"down": True}, {"http_500_next": 1}, {"lost_answer_next": 1}])
async def test_a_city_that_goes_down_on_the_way_is_said_so(identity, person, fault):
    web = browser(identity)
    page, asked = await set_out(web)
    back = await agree(identity, page, asked, person=person)
    await identity.sandbox.control("PUT", "/faults/city", fault)
    assert (await web.get(back)).headers["location"] == "/done?way_in=down"

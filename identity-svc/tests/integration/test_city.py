"""Logging in by the city's identity platform and in WeChat's browser: to their pages and back, against the sandbox."""

import asyncio
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from chassis.testing import bearer
from contracts.identity import AccountVerified
from identity_svc.domain.demo import COMPANY
from identity_svc.settings import IdentitySettings


def browser(identity) -> httpx2.AsyncClient:
    """With cookies of its own."""
    return identity.from_address("127.0.0.1")


async def set_out(web, provider="city", return_to="/done"):
    """The provider's page, and what it is asked."""
    answer = await web.get(f"/api/identity/ways/{provider}/start", params={"return_to": return_to})
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    return address.path, dict(parse_qsl(address.query))


async def agree(identity, page, asked, **chosen):
    """Where the provider sends the browser, once the person chose who they are there."""
    answer = await identity.sandbox.http.post(page, data=asked | chosen)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def travel(identity, web, provider="city", **chosen):
    """All the way; where the browser stands then."""
    page, asked = await set_out(web, provider)
    back = await web.get(await agree(identity, page, asked, **chosen))
    return back.headers.get("location", back)


async def enter(identity, web, **body):
    answer = await web.post("/api/identity/sessions/vouched", json=body)
    return answer


async def come_in(identity, sub):
    """What a fresh browser gets for a person of the city's platform, and the browser."""
    web = browser(identity)
    assert await travel(identity, web, person=sub) == "/done?way_in=city"
    answer = await enter(identity, web)
    assert answer.status_code == 200, answer.text
    return answer.json(), web


async def a_person(identity, sub, phone, id_number, level="四级", name="王小明"):
    body = {"name": name, "id_number": id_number, "phone": phone, "level": level}
    await identity.sandbox.control("PUT", f"/city/people/{sub}", body)
    return sub


async def link(identity, web, phone):
    body = {"phone": phone, **await identity.proof(phone, "link")}
    return await web.post("/api/identity/sessions/linked", json=body)


async def me(identity, session):
    return (await identity.get("/me", session["access_token"])).json()


@pytest.fixture
async def person(identity, phone, id_number):
    return await a_person(identity, "p-1", phone, id_number)


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


async def test_nothing_of_it_shows_in_an_address(identity, person):
    web = browser(identity)
    page, asked = await set_out(web)
    answer = await web.get(await agree(identity, page, asked, person=person))
    assert answer.headers["location"] == "/done?way_in=city"
    kept = answer.headers.get_list("set-cookie")
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in kept)
    assert answer.headers["cache-control"] == "no-store"


async def test_over_https_the_cookies_are_this_hosts_alone(start_identity):
    identity = await start_identity(public_url="https://police.example")
    answer = await browser(identity).get("/api/identity/ways/city/start")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-way-in-journey=") and "Secure" in cookie and "Path=/" in cookie


@pytest.mark.parametrize(
    "return_to", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\t/evil.example"]
)
async def test_nobody_is_sent_elsewhere(identity, person, return_to):
    web = browser(identity)
    page, asked = await set_out(web, return_to=return_to)
    answer = await web.get(await agree(identity, page, asked, person=person))
    assert answer.headers["location"] == "/?way_in=city"


async def test_a_way_back_with_a_query_keeps_it(identity, person):
    web = browser(identity)
    page, asked = await set_out(web, return_to="/item?id=7")
    answer = await web.get(await agree(identity, page, asked, person=person))
    assert answer.headers["location"] == "/item?id=7&way_in=city"


async def test_somebody_elses_way_back_logs_nobody_in(identity, person):
    """A link with an attacker's code in it would log its victim in as the attacker."""
    attacker, victim = browser(identity), browser(identity)
    page, asked = await set_out(attacker)
    back = await agree(identity, page, asked, person=person)
    for web in (victim, attacker):
        if web is victim:
            await set_out(victim)  # even one who is on the way themselves
            answer = await victim.get(back)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/return-stale")
            assert (await enter(identity, victim)).status_code == 401
    assert (await attacker.get(back)).headers["location"] == "/done?way_in=city"


async def test_one_comes_back_once(identity, person):
    web = browser(identity)
    page, asked = await set_out(web)
    back = await agree(identity, page, asked, person=person)
    assert (await web.get(back)).status_code == 303
    assert (await web.get(back)).status_code == 401


async def changed(back, **what):
    parts = urlsplit(back)
    return f"{parts.path}?{urlencode(dict(parse_qsl(parts.query)) | what)}"


@pytest.mark.parametrize("what", [{"state": "another"}, {"state": ""}])
async def test_a_wrong_state_is_stale(identity, person, what):
    web = browser(identity)
    page, asked = await set_out(web)
    back = await agree(identity, page, asked, person=person)
    assert (await web.get(await changed(back, **what))).json()["type"] == "/problems/return-stale"


@pytest.mark.parametrize("what", [{"iss": "https://other.example"}, {"code": "guessed"}, {"error": "x"}])
async def test_an_answer_that_is_not_the_citys_is_refused(identity, person, what):
    web = browser(identity)
    page, asked = await set_out(web)
    back = await agree(identity, page, asked, person=person)
    assert (await web.get(await changed(back, **what))).headers["location"] == "/done?way_in=refused"
    assert (await enter(identity, web)).status_code == 401


async def test_who_declines_there_is_not_logged_in_here(identity):
    assert await travel(identity, browser(identity), person="") == "/done?way_in=refused"


async def test_an_answer_to_one_provider_is_none_to_the_other(identity, person):
    web = browser(identity)
    page, asked = await set_out(web)
    back = await agree(identity, page, asked, person=person)
    answer = await web.get(back.replace("/ways/city/", "/ways/wechat/"))
    assert answer.status_code == 401


async def test_another_browsers_verifier_does_not_fit(identity, person):
    """A code that was asked for with another challenge: PKCE refuses it at the city's own door."""
    thief, web = browser(identity), browser(identity)
    page, theirs = await set_out(web)
    code = parse_qs(urlsplit(await agree(identity, page, theirs, person=person)).query)["code"][0]
    _, asked = await set_out(thief)
    query = {"code": code, "state": asked["state"], "iss": "http://partners.test/city"}
    answer = await thief.get(f"/api/identity/ways/city/return?{urlencode(query)}")
    assert answer.headers["location"] == "/done?way_in=refused"


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


async def test_what_is_not_configured_is_not_offered(start_identity):
    identity = await start_identity(city_secret="", wechat_official_secret="")
    assert (await identity.get("/ways")).json() == {"ways": []}
    for provider in ("city", "wechat", "unknown"):
        answer = await browser(identity).get(f"/api/identity/ways/{provider}/start")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/way-not-offered")


async def test_ways_are_listed(identity):
    ways = (await identity.get("/ways")).json()["ways"]
    assert [way["provider"] for way in ways] == ["wechat", "city"]


async def test_in_wechats_browser_one_is_the_same_as_in_its_mini_program(identity, phone):
    user = await identity.sandbox.control("POST", "/wechat/users", {"phone": phone})
    web = browser(identity)
    assert await travel(identity, web, "wechat", user=user["user_id"]) == "/done?way_in=wechat"
    assert (await enter(identity, web)).json()["outcome"] == "phone_needed"
    assert (await link(identity, web, phone)).status_code == 201

    path = f"/wechat/users/{user['user_id']}/codes"
    code = (await identity.sandbox.control("POST", path, {}))["code"]
    assert (await identity.post("/sessions/wechat", {"js_code": code})).json()["outcome"] == "logged_in"
    await travel(identity, web, "wechat", user=user["user_id"])
    assert (await enter(identity, web)).json()["outcome"] == "logged_in"
    assert (await enter(identity, web)).status_code == 401


async def test_who_declines_in_wechat_is_not_logged_in(identity):
    assert await travel(identity, browser(identity), "wechat", user="") == "/done?way_in=refused"


async def test_coming_back_again_and_again_is_stopped(start_identity):
    identity = await start_identity(attempts_per_address=2)
    web = browser(identity)
    outcomes = []
    for _ in range(3):
        _, asked = await set_out(web)
        query = {"code": "guessed", "state": asked["state"], "iss": "http://partners.test/city"}
        outcomes.append(
            (await web.get(f"/api/identity/ways/city/return?{urlencode(query)}")).headers["location"]
        )
    assert outcomes == ["/done?way_in=refused", "/done?way_in=refused", "/done?way_in=wait"]


def test_levels_are_read_strictly():
    settings = IdentitySettings(database_url="postgresql://x/x", kafka_bootstrap="x", city_levels="高:9")
    with pytest.raises(ValueError, match="CITY_LEVELS"):
        settings.read_city_levels()

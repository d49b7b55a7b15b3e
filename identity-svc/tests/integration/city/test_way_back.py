"""The way to the city's pages and back is one browser's, leads to our own pages alone, and can be gone once."""

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from travel_kit import agree, browser, enter, set_out, travel


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


async def test_people_whose_way_back_is_stale_get_a_page(identity):
    web = browser(identity)
    answer = await web.get(
        "/api/identity/ways/city/return?code=x&state=y", headers={"Accept": "text/html,*/*;q=0.8"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/vouched?way_in=stale")
    page = await web.get(answer.headers["location"])
    assert page.status_code == 200 and "请重新开始" in page.text

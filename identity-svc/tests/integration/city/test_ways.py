"""Which ways in are offered; WeChat's browser goes the same way as the city's; who keeps coming back is stopped."""

from urllib.parse import urlencode

from travel_kit import browser, enter, link, set_out, travel


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

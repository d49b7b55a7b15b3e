"""What a client may ask for, and what the person is asked then."""

import pytest
from oidc_kit import claims_of


@pytest.fixture
async def at_home(browser, party, citizen):
    """A browser that is logged in and has agreed to `party`."""
    await party.log_in(browser, **citizen)
    return browser


def asks(page, path):
    assert page.left_for is None and page.path == path, page.text
    return True


async def age(identity, minutes):
    await identity.sql(
        "UPDATE session SET authenticated_at = authenticated_at - make_interval(mins => $1)", minutes
    )


async def test_without_a_log_in_prompt_none_is_refused_and_asks_nobody(browser, party):
    page = await browser.get(party.request(prompt="none"))
    assert page.parameters["error"] == "login_required" and page.parameters["state"] == "a state"
    assert page.parameters["iss"] == "http://127.0.0.1:8080"


async def test_prompt_none_says_what_is_missing(at_home, party, new_party):
    assert "code" in (await at_home.get(party.request(prompt="none"))).parameters
    page = await at_home.get(party.request(prompt="none", scope="openid phone"))
    assert page.parameters["error"] == "consent_required"
    page = await at_home.get(party.request(prompt="none", acr_values="urn:police-platform:level:4"))
    assert page.parameters["error"] == "interaction_required"
    office = await new_party(serves=["officers"], host="office.test")
    assert (await at_home.get(office.request(prompt="none"))).parameters[
        "error"
    ] == "account_selection_required"


async def test_max_age_and_prompt_login_want_a_new_log_in(identity, at_home, party, citizen):
    assert "code" in (await at_home.get(party.request(max_age="600"))).parameters
    await age(identity, 11)
    for parameters in ({"max_age": "600"}, {"prompt": "login"}, {"max_age": "0"}):
        page = await at_home.get(party.request(**parameters))
        assert asks(page, "/login") and "请再次登录" in page.text
        page = await at_home.get(f"{page.answer.request.url}&way=password")
        page = await at_home.submit(page, "/login/password", **citizen)
        tokens = await party.tokens(page)
        assert claims_of(tokens["id_token"])["auth_time"] > claims_of(tokens["id_token"])["iat"] - 60
    live = await identity.sql("SELECT 1 FROM session WHERE account_id IS NOT NULL AND ended_at IS NULL")
    assert len(live) == 1, "the new log-in took the old one's place"


async def test_logging_in_again_keeps_what_other_clients_have(identity, at_home, party, new_party, citizen):
    other = await new_party(department="JIAOJING", host="traffic.test")
    held = await other.log_in(at_home, **citizen)
    page = await at_home.get(party.request(prompt="login"))
    page = await at_home.get(f"{page.answer.request.url}&way=password")
    await party.tokens(await at_home.submit(page, "/login/password", **citizen))
    assert (await other.refresh(held["refresh_token"])).status_code == 200


async def test_an_account_can_be_chosen(at_home, party):
    page = await at_home.get(party.request(prompt="select_account"))
    assert asks(page, "/login/choose") and "138****0001" in page.text
    page = await at_home.submit(page, "/login/choose")
    assert "code" in page.parameters


async def test_a_higher_level_is_asked_for_and_reached_on_the_spot(
    identity, browser, party, phone, id_number
):
    await identity.register(phone, password="a password for it")
    page = await browser.get(
        party.request(acr_values="urn:police-platform:level:2 urn:police-platform:level:3")
    )
    page = await browser.get(f"{page.answer.request.url}&way=password")
    page = await browser.submit(page, "/login/password", phone=phone, password="a password for it")
    assert asks(page, "/login/level")
    page = await browser.submit(page, "/login/level/real-name", name="王", id_number="1")
    assert page.answer.status_code == 422
    assert (
        'href="#name"' in page.text
        and 'href="#id_number"' in page.text
        and {"name", "id_number"} <= page.ids()
    )
    page = await browser.submit(page, "/login/level/real-name", name="赵小雨", id_number=id_number)
    assert asks(page, "/login/consent")
    page = await browser.submit(page, "/login/consent", answer="yes")
    assert claims_of((await party.tokens(page))["id_token"])["acr"] == "urn:police-platform:level:2"


async def test_the_identity_scope_wants_a_checked_name(identity, browser, party, phone):
    await identity.register(phone, password="a password for it")
    page = await browser.get(party.request(scope="openid identity"))
    page = await browser.get(f"{page.answer.request.url}&way=password")
    page = await browser.submit(page, "/login/password", phone=phone, password="a password for it")
    assert asks(page, "/login/level")


async def test_saying_no_goes_back_and_gives_nothing(browser, party, citizen):
    page = await browser.get(party.request())
    page = await browser.get(f"{page.answer.request.url}&way=password")
    page = await browser.submit(page, "/login/password", **citizen)
    flow = str(page.answer.request.url)
    page = await browser.submit(page, "/login/cancel")
    assert page.parameters["error"] == "access_denied" and page.parameters["state"] == "a state"
    assert (await browser.get(flow)).answer.status_code == 400, "that log-in is over"


async def test_consent_is_remembered_and_can_be_taken_back(identity, at_home, party, citizen):
    tokens = await party.log_in(at_home, **citizen)
    token = (await identity.post("/sessions", citizen)).json()["access_token"]
    (consent,) = (await identity.get("/me/consents", token)).json()
    assert (consent["client_id"], consent["name"], consent["scopes"]) == (
        party.client_id,
        "户籍预约系统",
        ["openid"],
    )
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/identity/me/consents/{party.client_id}"
    assert (await identity.client.delete(path, headers=headers)).status_code == 204
    assert (await identity.client.delete(path, headers=headers)).status_code == 404
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).status_code == 400
    assert asks(await at_home.get(party.request()), "/login/consent")
    rows = await identity.sql(
        "SELECT action FROM audit_log WHERE facts->>'client' = $1 ORDER BY id", party.client_id
    )
    assert [row["action"] for row in rows] == ["consent.give", "consent.withdraw"]


async def test_more_scopes_are_asked_about_again(at_home, party):
    page = await at_home.get(party.request(scope="openid phone"))
    assert asks(page, "/login/consent") and "手机号" in page.text


@pytest.mark.parametrize(
    "parameters",
    [
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "short"},
        {"prompt": "none login"},
        {"prompt": "dance"},
        {"max_age": "-1"},
        {"max_age": "9" * 30},
        {"response_mode": "fragment"},
        {"nonce": "n" * 3000},
    ],
)
async def test_a_wrong_request_goes_back_with_its_error(browser, party, parameters):
    page = await browser.get(party.request(**parameters))
    assert page.parameters["error"] == "invalid_request" and page.parameters["iss"]


async def test_only_granted_scopes_can_be_asked_for(browser, new_party):
    party = await new_party(scopes=["openid"])
    assert (await browser.get(party.request(scope="openid identity"))).parameters["error"] == "invalid_scope"
    assert (await browser.get(party.request(scope="profile"))).parameters["error"] == "invalid_scope"
    assert asks(await browser.get(party.request(scope="openid email address")), "/login")


async def test_request_objects_are_not_supported_and_said_so(browser, party):
    assert (await browser.get(party.request(request="x"))).parameters["error"] == "request_not_supported"
    page = await browser.get(party.request(request_uri="https://x.test"))
    assert page.parameters["error"] == "request_uri_not_supported"


async def test_nobody_is_sent_to_an_address_that_is_not_registered(browser, party):
    for uri in (
        "https://evil.test/callback",
        party.redirect_uri + "/",
        party.redirect_uri + "?a=b",
        party.redirect_uri.upper(),
        party.redirect_uri.replace("https", "http"),
        None,
    ):
        page = await browser.get(party.request(redirect_uri=uri))
        assert page.left_for is None and page.answer.status_code == 400 and "回调地址" in page.text
    page = await browser.get(party.request(client_id="nobody"))
    assert page.left_for is None and page.answer.status_code == 400
    page = await browser.get(party.request() + "&state=twice")
    assert page.parameters["error"] == "invalid_request"


async def test_a_hint_names_who_shall_log_in(new_browser, party, citizen, identity, phone):
    tokens = await party.log_in(new_browser(), **citizen)
    other = new_browser()
    await identity.register(phone, password="a password for it")
    await party.log_in(other, phone=phone, password="a password for it")
    page = await other.get(party.request(id_token_hint=tokens["id_token"], prompt="none"))
    assert page.parameters["error"] == "login_required"
    head, body, _ = tokens["id_token"].split(".")
    for forged in (f"{head}.{body}.", "eyJhbGciOiJub25lIn0." + body + ".", tokens["access_token"], "x"):
        page = await other.get(party.request(id_token_hint=forged))
        assert page.parameters["error"] == "invalid_request"


async def test_a_form_of_another_site_asks_as_well(browser, party):
    from urllib.parse import parse_qsl, urlsplit

    fields = dict(parse_qsl(urlsplit(party.request()).query))
    assert asks(await browser.post("/oidc/authorize", fields), "/login")

"""From a department's system to the log-in page and back, and what the system learns."""

import time

from identity_svc.domain.demo import CITIZEN, COMPANY, REPRESENTATIVE
from joserfc import jwt
from joserfc.jwk import KeySet
from oidc_kit import ISSUER, claims_of

PASSWORD = "demo-password-of-the-tests"


async def test_discovery_names_what_there_is(identity):
    answer = await identity.client.get("/.well-known/openid-configuration")
    document = answer.json()
    assert document["issuer"] == ISSUER
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert document["subject_types_supported"] == ["pairwise"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert (await identity.client.get("/.well-known/oauth-authorization-server")).json() == document
    keys = (await identity.client.get(document["jwks_uri"].removeprefix(ISSUER))).json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256"}


async def test_a_citizen_logs_in_agrees_and_returns_with_a_code(identity, browser, party, citizen):
    page = await browser.get(party.request(scope="openid profile", state="s p&ace"))
    assert page.path == "/login" and "户籍预约系统" in page.text and '<html lang="zh-CN">' in page.text
    page = await browser.get(f"{page.answer.request.url}&way=password")
    page = await browser.submit(page, "/login/password", **citizen)
    assert page.path == "/login/consent" and "基本资料" in page.text
    page = await browser.submit(page, "/login/consent", answer="yes")

    assert str(page.left_for).startswith(party.redirect_uri + "?")
    assert page.parameters.keys() == {"code", "state", "iss"}
    assert (page.parameters["state"], page.parameters["iss"]) == ("s p&ace", ISSUER)

    answer = await party.exchange(page.parameters["code"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer" and tokens["scope"] == "openid profile"
    keys = KeySet.import_key_set((await identity.client.get("/.well-known/jwks.json")).json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, party.client_id, "a nonce")
    assert (claims["acr"], claims["amr"]) == ("urn:police-platform:level:2", ["pwd"])
    assert time.time() - 60 < claims["auth_time"] <= time.time()
    info = (await party.userinfo(tokens["access_token"])).json()
    assert info["sub"] == claims["sub"] and info["assurance_level"] == 2
    assert "name" not in info and "phone_number" not in info


async def test_a_code_by_sms_logs_in_as_well(identity, browser, party):
    page = await browser.get(party.request())
    page = await browser.submit(page, "/login/code", phone=CITIZEN.phone)
    await identity.running.run_jobs()
    code = (await identity.sandbox.messages(CITIZEN.phone.removeprefix("+86")))[0]["params"]["code"]
    page = await browser.submit(page, "/login/code/enter", code=f"{code[:3]} {code[3:]}")
    page = await browser.submit(page, "/login/consent", answer="yes")
    assert claims_of((await party.tokens(page))["id_token"])["amr"] == ["sms"]


async def test_the_second_system_asks_for_no_log_in(browser, party, new_party, citizen):
    await party.log_in(browser, **citizen)
    other = await new_party(department="JIAOJING", name="交管自助系统", host="traffic.test")
    page = await browser.get(other.request())
    assert page.path == "/login/consent"
    page = await browser.submit(page, "/login/consent", answer="yes")
    assert (await other.exchange(page.parameters["code"])).status_code == 200
    again = await browser.get(other.request())
    assert "code" in again.parameters, "agreed once, logged in once: nothing is left to ask"


async def test_each_department_knows_a_person_by_a_name_of_its_own(new_browser, party, new_party, citizen):
    sibling = await new_party(name="居住证系统", host="permits.test")
    stranger = await new_party(department="JIAOJING", name="交管自助系统", host="traffic.test")
    subs = [
        claims_of((await one.log_in(new_browser(), **citizen))["id_token"])["sub"]
        for one in (party, party, sibling, stranger)
    ]
    assert subs[0] == subs[1] == subs[2] != subs[3]


async def test_name_and_number_come_with_their_scope_and_are_shown_to_the_person(
    identity, browser, party, citizen
):
    tokens = await party.log_in(browser, **citizen, scope="openid phone identity")
    info = (await party.userinfo(tokens["access_token"])).json()
    assert (info["name"], info["id_number"]) == (CITIZEN.name, CITIZEN.id_number)
    assert (info["phone_number"], info["phone_number_verified"]) == (CITIZEN.phone, True)

    session = (await identity.post("/sessions", citizen)).json()
    views = (await identity.get("/me/views", session["access_token"])).json()["items"]
    assert [(view["viewer"], view["why"]) for view in views] == [("户籍预约系统", "oidc: identity phone")]
    (name,) = await identity.sql("SELECT name_en FROM oidc_client WHERE name = '户籍预约系统'")
    assert (views[0]["who"], views[0]["who_en"]) == ("户籍预约系统", name["name_en"])


async def test_who_looked_keeps_the_name_it_had_when_its_system_is_renamed(identity, browser, party, citizen):
    tokens = await party.log_in(browser, **citizen, scope="openid phone")
    for name, name_en in (("户籍服务系统", "Household Services"), ("出入境系统", "Travel Documents")):
        assert (await party.userinfo(tokens["access_token"])).status_code == 200
        await identity.sql("UPDATE oidc_client SET name = $1, name_en = $2", name, name_en)
    session = (await identity.post("/sessions", citizen)).json()
    views = (await identity.get("/me/views", session["access_token"])).json()["items"]
    assert [(view["who"], view["who_en"]) for view in views[:1]] == [("户籍服务系统", "Household Services")]
    assert views[1]["who"] == "户籍预约系统" and views[1]["who_en"].isascii()


async def test_a_company_shows_itself_and_its_representative(browser, party):
    representative = {"phone": REPRESENTATIVE.phone, "password": PASSWORD}
    tokens = await party.log_in(browser, **representative, scope="openid profile identity")
    info = (await party.userinfo(tokens["access_token"])).json()
    assert (info["name"], info["id_number"], info["account_kind"]) == (
        COMPANY.name,
        COMPANY.uscc,
        "enterprise",
    )
    assert info["representative_name"] == REPRESENTATIVE.name


async def test_officers_log_in_to_their_departments_systems(browser, new_party):
    party = await new_party(serves=["officers"], scopes=["openid", "officer"])
    page = await browser.get(party.request(scope="openid officer"))
    assert {form.action.partition("?")[0] for form in page.forms()} == {"/login/officer", "/login/cancel"}
    page = await browser.submit(page, "/login/officer", badge_no="xc-huzheng-2", password=PASSWORD)
    tokens = await party.tokens(page)
    assert claims_of(tokens["id_token"])["acr"] == "urn:police-platform:level:4"
    info = (await party.userinfo(tokens["access_token"])).json()
    assert (info["badge_no"], info["unit"], info["department"]) == ("XC-HUZHENG-2", "XC-HUZHENG", "HUZHENG")
    assert "officer" in info["roles"]


async def test_departments_systems_are_not_for_partners_engineers(browser, new_party):
    party = await new_party(serves=["officers"], scopes=["openid", "officer"])
    page = await browser.get(party.request(scope="openid officer"))
    page = await browser.submit(page, "/login/officer", badge_no="PARTNER-CCB", password=PASSWORD)
    assert "/login/choose" in str(page.answer.request.url) and "PARTNER-CCB" in page.text
    silent = await browser.get(party.request(scope="openid officer", prompt="none"))
    assert silent.parameters["error"] == "account_selection_required"


async def test_no_platform_service_takes_a_clients_tokens(identity, browser, party, citizen):
    tokens = await party.log_in(browser, **citizen)
    for name in ("access_token", "id_token"):
        answer = await identity.get("/me", tokens[name])
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")
    session = (await identity.post("/sessions", citizen)).json()
    assert (await party.userinfo(session["access_token"])).status_code == 401
    assert (await party.userinfo(tokens["id_token"])).status_code == 401


async def test_the_browsers_log_in_is_one_of_the_persons_sessions(identity, browser, party, citizen):
    await party.log_in(browser, **citizen)
    (row,) = await identity.sql(
        "SELECT method, amr, expires_at <= created_at + interval '12 hours 1 second' AS short"
        " FROM session WHERE account_id IS NOT NULL"
    )
    assert (row["method"], row["amr"], row["short"]) == ("password", ["pwd"], True)


async def test_a_newcomer_registers_on_the_way(identity, browser, party, phone):
    async def code():
        await identity.running.run_jobs()
        return (await identity.sandbox.messages(phone))[0]["params"]["code"]

    page = await browser.get(party.request())
    page = await browser.submit(page, "/login/code", phone=phone)
    page = await browser.submit(page, "/login/code/enter", code=await code())
    assert page.answer.status_code == 404 and "还没有注册" in page.text
    wrong = await browser.submit(page, "/login/register", code="000000")
    assert wrong.answer.status_code == 422 and 'href="#code"' in wrong.text
    page = await browser.submit(page, "/login/register")  # by the same code
    page = await browser.submit(page, "/login/consent", answer="yes")
    assert claims_of((await party.tokens(page))["id_token"])["acr"] == "urn:police-platform:level:1"

"""Codes and refresh tokens: once, by the right client; copies revoke, lost answers are forgiven."""

import asyncio

import pytest
from chassis.testing import bearer
from oidc_kit import claims_of


@pytest.fixture
async def come_back(browser, party, citizen):
    """The browser back at the department with a code."""

    async def come_back(other=None, **parameters):
        if "logged_in" not in seen:
            await party.log_in(browser, **citizen)
            seen.add("logged_in")
        page = await browser.get((other or party).request(**parameters))
        if page.path == "/login/consent":
            page = await browser.submit(page, "/login/consent", answer="yes")
        return page.parameters["code"]

    seen = set()
    return come_back


def refused(answer, error="invalid_grant", status=400):
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.headers["cache-control"] == "no-store"
    return True


async def past_grace(identity):
    await identity.sql("UPDATE oidc_grant SET rotated_at = rotated_at - interval '11 seconds'")


async def test_a_code_used_twice_revokes_what_it_gave(party, come_back):
    code = await come_back()
    tokens = (await party.exchange(code)).json()
    assert refused(await party.exchange(code))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert refused(await party.refresh(tokens["refresh_token"]))


async def test_of_many_that_redeem_one_code_at_once_one_is_served(party, come_back):
    code = await come_back()
    answers = await asyncio.gather(*(party.exchange(code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]


async def test_a_code_is_bound_to_verifier_address_and_client(party, new_party, come_back):
    code = await come_back()
    other = await new_party(host="booking.test")
    other.verifier = party.verifier
    assert refused(await party.exchange(code, code_verifier="w" * 43))
    assert refused(await party.exchange(code, redirect_uri="https://booking.test/callback2"))
    assert refused(await other.exchange(code))
    assert refused(await party.exchange(code[:-6] + "AAAAAA"))
    assert refused(await party.exchange("nonsense"))
    assert refused(await party.token(grant_type="authorization_code", code=code), "invalid_request")
    assert (await party.exchange(code)).status_code == 200, "none of these used it up"


async def test_a_code_lives_a_minute(identity, party, come_back):
    code = await come_back()
    await identity.sql("UPDATE oidc_grant SET code_expires_at = now()")
    assert refused(await party.exchange(code))


async def test_a_code_dies_with_the_log_in(identity, party, come_back, citizen):
    code = await come_back()
    token = (await identity.post("/sessions", citizen)).json()["access_token"]
    await identity.client.delete("/api/identity/me/sessions", headers=bearer(token))
    assert refused(await party.exchange(code))


async def test_there_is_no_password_and_no_implicit_grant(browser, party):
    assert refused(
        await party.token(grant_type="password", username="a", password="b"), "unsupported_grant_type"
    )
    assert refused(await party.token(grant_type="client_credentials"), "unsupported_grant_type")
    for response_type in ("token", "id_token", "code id_token"):
        page = await browser.get(party.request(response_type=response_type))
        assert page.parameters["error"] == "unsupported_response_type"


async def test_each_refresh_token_works_once_and_gives_the_next(identity, party, come_back):
    tokens = (await party.exchange(await come_back())).json()
    first = claims_of(tokens["id_token"])
    seen = {tokens["refresh_token"]}
    for _ in range(3):
        answer = await party.refresh(tokens["refresh_token"])
        assert answer.status_code == 200
        tokens = answer.json()
        seen.add(tokens["refresh_token"])
        claims = claims_of(tokens["id_token"])
        assert all(claims[name] == first[name] for name in ("iss", "sub", "aud", "auth_time", "sid"))
        assert "nonce" not in claims
        await past_grace(identity)
    assert len(seen) == 4


async def test_a_lost_answer_is_given_again(party, come_back):
    tokens = (await party.exchange(await come_back())).json()
    answers = await asyncio.gather(*(party.refresh(tokens["refresh_token"]) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_copied_refresh_token_revokes_the_whole_family(identity, party, come_back):
    tokens = (await party.exchange(await come_back())).json()
    current = (await party.refresh(tokens["refresh_token"])).json()
    await past_grace(identity)
    assert refused(await party.refresh(tokens["refresh_token"]))
    assert refused(await party.refresh(current["refresh_token"]))
    assert (await party.userinfo(current["access_token"])).status_code == 401
    reasons = await identity.sql("SELECT revoke_reason FROM oidc_grant WHERE revoked_at IS NOT NULL")
    assert [row["revoke_reason"] for row in reasons] == ["refresh_token_reused"]


async def test_a_refresh_token_is_its_clients_own_and_no_session_token(identity, party, new_party, come_back):
    tokens = (await party.exchange(await come_back())).json()
    other = await new_party(host="other.test")
    assert refused(await other.refresh(tokens["refresh_token"]))
    assert refused(await party.refresh(tokens["refresh_token"][:-4] + "AAAA"))
    assert (
        await identity.post("/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
    ).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_refresh_may_ask_for_less_and_never_for_more(party, come_back):
    tokens = (await party.exchange(await come_back(scope="openid profile"))).json()
    assert refused(await party.refresh(tokens["refresh_token"], scope="openid phone"), "invalid_scope")
    less = (await party.refresh(tokens["refresh_token"], scope="openid")).json()
    assert less["scope"] == "openid"
    assert (await party.userinfo(less["access_token"])).json().keys() == {"sub"}


async def test_introspection_tells_the_department_and_nobody_else(party, new_party, come_back):
    tokens = (await party.exchange(await come_back())).json()
    sibling = await new_party(host="sibling.test")
    stranger = await new_party(department="JIAOJING", host="traffic.test")
    for asking in (party, sibling):
        found = (await asking.post("/oidc/introspect", token=tokens["access_token"])).json()
        assert found["active"] and found["client_id"] == party.client_id and found["scope"] == "openid"
        found = (await asking.post("/oidc/introspect", token=tokens["refresh_token"])).json()
        assert found["active"] and found["token_type"] == "refresh_token"
    for token in (tokens["access_token"], "nonsense", tokens["id_token"]):
        assert (await stranger.post("/oidc/introspect", token=token)).json() == {"active": False}
    assert refused(await party.post("/oidc/introspect", basic=False, token="x"), "invalid_client", 401)


async def test_revocation_ends_the_grant_by_either_token(party, new_party, come_back):
    other = await new_party(host="other.test")
    for name in ("refresh_token", "access_token"):
        tokens = (await party.exchange(await come_back())).json()
        assert refused(await other.post("/oidc/revoke", token=tokens[name]), "unauthorized_client")
        assert (await party.post("/oidc/revoke", token=tokens[name])).status_code == 200
        assert (await party.userinfo(tokens["access_token"])).status_code == 401
        assert refused(await party.refresh(tokens["refresh_token"]))
    assert (await party.post("/oidc/revoke", token="nonsense")).status_code == 200


async def test_userinfo_says_what_is_wrong_as_its_rfc_does(party):
    answer = await party.userinfo("nonsense")
    assert refused(answer, "invalid_token", 401)
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


async def test_nothing_that_opens_anything_lies_in_the_database(identity, party, come_back):
    tokens = (await party.exchange(await come_back())).json()
    for table in ("oidc_grant", "oidc_client", "oidc_flow", "session"):
        for row in await identity.sql(f"SELECT * FROM {table}"):
            assert tokens["refresh_token"] not in str(dict(row)) and party.secret not in str(dict(row))

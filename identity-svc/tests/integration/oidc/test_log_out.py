"""The end of a log-in, whoever ends it: every client that took part hears of it, at last."""

from datetime import timedelta
from typing import Any

import pytest
from chassis.testing import bearer
from joserfc import jws, jwt
from joserfc.jwk import KeySet
from oidc_kit import ISSUER, claims_of
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Ear:
    """A client's back-channel address."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.answer = 200
        self.app = Starlette(routes=[Route("/bcl", self._hear, methods=["POST"])])

    async def _hear(self, request: Request) -> Response:
        self.heard.append(dict(await request.form())["logout_token"])
        return Response(status_code=self.answer)


@pytest.fixture
def ear(identity) -> Ear:
    ear = Ear()
    identity.outside.programs["booking.test"] = ear.app
    return ear


@pytest.fixture
async def party(new_party, ear) -> Any:
    return await new_party(
        backchannel_logout_uri="https://booking.test/bcl",
        post_logout_redirect_uris=["https://booking.test/bye?x=1"],
    )


async def keys_turn_after(identity, interval: timedelta) -> None:
    await identity.sql(
        "UPDATE signing_key SET signs_from = signs_from - $1::interval, forget_at = forget_at - $1::interval",
        interval,
    )
    async with identity.running.uow() as uow:
        uow.enqueue("identity.rotate_keys", "recurring")
    await identity.running.run_jobs()
    await identity.running.service.state.menu.key_ring.reload()


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


async def log_out_everywhere(identity, citizen):
    token = (await identity.post("/sessions", citizen)).json()["access_token"]
    answer = await identity.client.delete("/api/identity/me/sessions", headers=bearer(token))
    assert answer.status_code < 300, answer.text


async def test_every_client_of_an_ended_session_is_told(identity, browser, party, ear, citizen):
    tokens = await party.log_in(browser, **citizen)
    await log_out_everywhere(identity, citizen)
    await identity.running.run_jobs()

    (told,) = ear.heard
    keys = KeySet.import_key_set((await identity.client.get("/.well-known/jwks.json")).json())
    token = jwt.decode(told, keys, algorithms=["RS256"])
    known = claims_of(tokens["id_token"])
    assert token.header["typ"] == "logout+jwt"
    assert {name: token.claims[name] for name in ("iss", "aud", "sub", "sid")} == {
        "iss": ISSUER, "aud": party.client_id, "sub": known["sub"], "sid": known["sid"]
    }  # fmt: skip
    assert token.claims["events"] == {EVENT: {}} and "nonce" not in token.claims and token.claims["jti"]
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_client_that_does_not_answer_is_told_again(identity, browser, party, ear, citizen):
    await party.log_in(browser, **citizen)
    await log_out_everywhere(identity, citizen)
    for ear.answer in (500, 302, 400):
        await identity.running.run_jobs()
        await identity.sql("UPDATE job SET run_at = now() WHERE kind = 'identity.oidc_log_out'")
    ear.answer = 204
    await identity.running.run_jobs()
    assert len(ear.heard) == 4 and len(set(ear.heard)) == 4, "each time a token of its own"
    await identity.sql("UPDATE job SET run_at = now()")
    await identity.running.run_jobs()
    assert len(ear.heard) == 4, "it heard; that is the end of it"


async def test_who_does_not_hear_for_a_day_is_given_up(identity, browser, party, ear, citizen):
    await party.log_in(browser, **citizen)
    await log_out_everywhere(identity, citizen)
    await identity.sql(
        "UPDATE job SET payload = jsonb_build_object('since', extract(epoch FROM now() - interval '25 hours'))"
        " WHERE kind = 'identity.oidc_log_out'"
    )
    await identity.running.run_jobs()
    assert ear.heard == []
    assert await identity.sql("SELECT 1 FROM job WHERE kind = 'identity.oidc_log_out'") == []


async def test_a_client_logs_out_with_its_id_token_and_comes_back(identity, browser, party, ear, citizen):
    tokens = await party.log_in(browser, **citizen)
    page = await browser.get(
        f"/oidc/logout?id_token_hint={tokens['id_token']}&state=s"
        "&post_logout_redirect_uri=https%3A%2F%2Fbooking.test%2Fbye%3Fx%3D1"
    )
    assert str(page.left_for) == "https://booking.test/bye?x=1&state=s"
    assert (await browser.get(party.request())).path == "/login"
    await identity.running.run_jobs()
    assert len(ear.heard) == 1


async def test_without_its_id_token_the_person_is_asked(browser, party, citizen):
    await party.log_in(browser, **citizen)
    address = "https%3A%2F%2Fbooking.test%2Fbye%3Fx%3D1"
    page = await browser.get(f"/oidc/logout?client_id={party.client_id}&post_logout_redirect_uri={address}")
    assert page.left_for is None and "是否退出登录" in page.text
    assert "code" in (await browser.get(party.request())).parameters, "nothing has happened yet"
    page = await browser.submit(page, "/oidc/logout/confirmed")
    assert str(page.left_for) == "https://booking.test/bye?x=1"
    assert (await browser.get(party.request())).path == "/login"


async def test_log_out_sends_nobody_to_a_foreign_address(browser, party, new_party, citizen):
    tokens = await party.log_in(browser, **citizen)
    other = await new_party(host="other.test", post_logout_redirect_uris=["https://other.test/bye"])
    head, body, _ = tokens["id_token"].split(".")
    for query in (
        f"id_token_hint={tokens['id_token']}&post_logout_redirect_uri=https://evil.test/",
        f"id_token_hint={tokens['id_token']}&post_logout_redirect_uri=https://other.test/bye",
        f"id_token_hint={tokens['id_token']}&client_id={other.client_id}",
        "post_logout_redirect_uri=https://booking.test/bye?x=1",
    ):
        page = await browser.get(f"/oidc/logout?{query}")
        assert page.left_for is None and "留在本平台" in page.text, query
    for forged in (f"{head}.{body}.", f"eyJhbGciOiJub25lIn0.{body}.", tokens["access_token"]):
        page = await browser.get(f"/oidc/logout?id_token_hint={forged}")
        assert "是否退出登录" in page.text, "a forged hint ends nothing"
    assert "code" in (await browser.get(party.request())).parameters


async def test_who_was_sent_with_a_foreign_address_logs_out_and_stays_here(browser, party, citizen):
    await party.log_in(browser, **citizen)
    page = await browser.get("/oidc/logout?post_logout_redirect_uri=https://evil.test/")
    page = await browser.submit(page, "/oidc/logout/confirmed")
    assert page.left_for is None and "您已退出登录" in page.text
    assert (await browser.get(party.request())).path == "/login"


async def test_the_mornings_id_token_is_good_to_log_out_after_its_key_is_published_no_more(
    identity, browser, party, citizen
):
    tokens = await party.log_in(browser, **citizen)
    await keys_turn_after(identity, timedelta(days=31))
    await keys_turn_after(identity, timedelta(hours=1))
    key_set = (await identity.client.get("/.well-known/jwks.json")).json()
    assert kid_of(tokens["id_token"]) not in [key["kid"] for key in key_set["keys"]]
    page = await browser.get(
        f"/oidc/logout?id_token_hint={tokens['id_token']}"
        "&post_logout_redirect_uri=https%3A%2F%2Fbooking.test%2Fbye%3Fx%3D1"
    )
    assert str(page.left_for) == "https://booking.test/bye?x=1"


async def test_another_person_at_the_same_browser_ends_what_the_first_had(
    identity, browser, party, ear, citizen, phone
):
    await party.log_in(browser, **citizen)
    await identity.register(phone, password="a password for it")
    page = await browser.get("/login?way=password")
    page = await browser.submit(page, "/login/password", phone=phone, password="a password for it")
    assert "您已登录" in page.text
    await identity.running.run_jobs()
    assert len(ear.heard) == 1


async def test_taking_consent_back_logs_out_there(identity, browser, party, ear, citizen):
    await party.log_in(browser, **citizen)
    token = (await identity.post("/sessions", citizen)).json()["access_token"]
    await identity.client.delete(f"/api/identity/me/consents/{party.client_id}", headers=bearer(token))
    await identity.running.run_jobs()
    assert len(ear.heard) == 1
    assert (await browser.get(party.request())).path == "/login/consent", "the log-in itself goes on"


async def test_no_session_is_told_to_those_who_took_no_part(identity, browser, party, ear, citizen):
    await log_out_everywhere(identity, citizen)
    await identity.running.run_jobs()
    assert ear.heard == []

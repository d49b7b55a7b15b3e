"""Clients: registered and changed by an administrator, known by secrets and keys of their own."""

import hashlib
import hmac
import time
from base64 import b64encode, urlsafe_b64encode
from uuid import uuid4

import pytest
from chassis.testing import bearer
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from oidc_kit import ISSUER

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def change(identity, operator, party, **fields):
    return await identity.client.patch(
        f"/api/identity/clients/{party.client_id}", json=fields, headers=bearer(operator)
    )


async def known(party, secret, basic=True):
    form = {"token": "x"}
    if basic:
        answer = await party.http.post("/oidc/introspect", data=form, auth=(party.client_id, secret))
    else:
        form |= {"client_id": party.client_id, "client_secret": secret}
        answer = await party.http.post("/oidc/introspect", data=form)
    assert answer.status_code == 200 or answer.json()["error"] == "invalid_client"
    return answer.status_code == 200


async def test_a_secret_comes_by_header_or_by_form(party):
    for basic in (True, False):
        assert await known(party, party.secret, basic)
        assert not await known(party, "wrong", basic)


async def test_two_proofs_at_once_are_refused_and_none_is_401(party):
    both = await party.post("/oidc/token", client_id=party.client_id, client_secret=party.secret or "")
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    none = await party.post("/oidc/token", basic=False, client_id=party.client_id)
    assert none.status_code == 401 and none.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "credentials", ["", "Basic", "Basic x", "Bearer abc", "Basic " + b64encode(b"\xff:\xff").decode()]
)
async def test_broken_credentials_are_401(party, credentials):
    answer = await party.http.post("/oidc/token", data={"a": "b"}, headers={"Authorization": credentials})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_body_that_is_no_form_is_said_so(party):
    for body, kind in ((b"{}", "application/json"), (b"", "text/plain")):
        answer = await party.http.post("/oidc/token", content=body, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"a=1&a=2", b"a=%00", b"&".join(b"a%d=1" % n for n in range(200))):
        answer = await party.http.post("/oidc/token", content=body, headers=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), body


async def test_of_two_secrets_the_old_one_is_good_until_its_day(identity, operator, party):
    path = f"/api/identity/clients/{party.client_id}/secret"
    made = (await identity.client.post(path, json={"old_valid_hours": 1}, headers=bearer(operator))).json()
    new = made["client_secret"]
    assert await known(party, party.secret) and await known(party, new)
    await identity.sql("UPDATE oidc_client SET previous_secret_until = now()")
    assert not await known(party, party.secret) and await known(party, new)


async def test_what_administrators_do_stands_in_the_audit_log(identity, operator, party):
    await change(identity, operator, party, version=1, active=False)
    path = f"/api/identity/clients/{party.client_id}/secret"
    await identity.client.post(path, json={}, headers=bearer(operator))
    rows = await identity.sql("SELECT action FROM audit_log WHERE subject = $1", party.client_id)
    assert {row["action"] for row in rows} == {
        "oidc.client_registered",
        "oidc.client_changed",
        "oidc.client_secret_rotated",
    }


async def test_a_disabled_client_is_shut_out_at_once(identity, operator, browser, party, citizen):
    tokens = await party.log_in(browser, **citizen)
    changed = await change(identity, operator, party, version=1, active=False)
    assert changed.status_code == 200 and changed.json()["active"] is False
    assert not await known(party, party.secret)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await browser.get(party.request())).answer.status_code == 400


async def test_a_scope_taken_away_is_gone_for_tokens_given_before(
    identity, operator, browser, party, citizen
):
    tokens = await party.log_in(browser, **citizen, scope="openid phone")
    assert "phone_number" in (await party.userinfo(tokens["access_token"])).json()
    await change(identity, operator, party, version=1, scopes=["openid"])
    assert (await party.userinfo(tokens["access_token"])).json().keys() == {"sub"}


async def test_of_two_changes_at_once_the_second_is_told(identity, operator, party):
    assert (await change(identity, operator, party, version=1, minimum_level=2)).status_code == 200
    second = await change(identity, operator, party, version=1, minimum_level=3)
    assert (second.status_code, second.json()["current_version"]) == (409, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["http://booking.test/callback"]},
        {"redirect_uris": ["https://booking.test/callback#x"]},
        {"redirect_uris": ["https://user@booking.test/callback"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["https://booking.test/ca\nllback"]},
        {"redirect_uris": ["/callback"]},
        {"backchannel_logout_uri": "http://10.0.0.1/"},
        {"department": "NOWHERE"},
        {"scopes": ["profile"]},
        {"scopes": ["openid", "officer"]},
        {"serves": []},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [{"kty": "oct", "k": "AAAA", "kid": "1"}]}},
        {"jwks": {"keys": [{"kty": "RSA", "n": "x", "kid": "1"}]}},
    ],
)
async def test_an_impossible_client_is_refused_with_its_places(identity, operator, fields):
    document = {
        "department": "HUZHENG", "name": "系统", "name_en": "System",
        "redirect_uris": ["https://booking.test/callback"], **fields,
    }  # fmt: skip
    answer = await identity.client.post("/api/identity/clients", json=document, headers=bearer(operator))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"].startswith("/" + next(iter(fields)))


async def test_loopback_addresses_may_be_plain(new_party):
    party = await new_party(
        redirect_uris=["http://127.0.0.1:3000/cb", "http://localhost/cb", "http://[::1]/cb"]
    )
    assert len(party.view["redirect_uris"]) == 3


def assertion(key, client_id, alg="ES256", **claims):
    moment = int(time.time())
    body = {
        "iss": client_id, "sub": client_id, "aud": f"{ISSUER}/oidc/token", "iat": moment, "exp": moment + 60,
        "jti": uuid4().hex, **claims,
    }  # fmt: skip
    return jwt.encode({"alg": alg, "kid": "mine"}, body, key, algorithms=[alg])


def swapped(key, body):
    """Signed by HMAC under the public key, as if that were a secret."""
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"mine"}').rstrip(b"=").decode()
    mac = hmac.new(key.as_pem(private=False), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


async def shown(party, text):
    form = {"token": "x", "client_assertion_type": ASSERTION, "client_assertion": text}
    answer = await party.http.post("/oidc/introspect", data=form)
    assert answer.status_code == 200 or answer.json()["error"] == "invalid_client", answer.text
    return answer.status_code == 200


async def test_a_client_proves_itself_by_a_key_of_its_own_once(new_party):
    key = ECKey.generate_key("P-256", {"kid": "mine"})
    party = await new_party(jwks={"keys": [key.as_dict(private=False)]})
    assert party.secret is None
    text = assertion(key, party.client_id)
    assert await shown(party, text)
    assert not await shown(party, text), "each is good for one time"
    assert await shown(party, assertion(key, party.client_id, aud=[ISSUER]))
    assert not await known(party, "")


async def test_a_forged_assertion_is_refused(new_party):
    key = RSAKey.generate_key(2048, {"kid": "mine"})
    party = await new_party(jwks={"keys": [key.as_dict(private=False)]})
    moment, mine = int(time.time()), party.client_id
    head, body, signature = assertion(key, mine, "RS256").split(".")
    wrong = [
        f"eyJhbGciOiJub25lIiwia2lkIjoibWluZSJ9.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        swapped(key, body),
        assertion(RSAKey.generate_key(2048, {"kid": "mine"}), mine, "RS256"),
        assertion(key, mine, "RS256", aud="https://elsewhere.test"),
        assertion(key, mine, "RS256", exp=moment - 120),
        assertion(key, mine, "RS256", exp=moment + 86400),
        assertion(key, mine, "RS256", nbf=moment + 600),
        assertion(key, mine, "RS256", exp="soon"),
        assertion(key, mine, "RS256", sub="somebody-else"),
        assertion(key, mine, "RS256", iss="somebody-else", sub="somebody-else"),
        assertion(key, mine, "RS256", jti=None),
        "nonsense",
        "a.b.c",
    ]
    for text in wrong:
        assert not await shown(party, text), text
    assert await shown(party, assertion(key, mine, "RS256"))


async def test_only_administrators_see_clients_and_no_secret_is_shown_again(
    identity, operator, party, citizen
):
    citizens = (await identity.post("/sessions", citizen)).json()["access_token"]
    assert (await identity.get("/clients", citizens)).status_code == 403
    listed = await identity.get("/clients", operator)
    assert [one["client_id"] for one in listed.json()["items"]] == [party.client_id]
    assert party.secret not in listed.text
    assert (await identity.get(f"/clients/{uuid4()}", operator)).status_code == 404

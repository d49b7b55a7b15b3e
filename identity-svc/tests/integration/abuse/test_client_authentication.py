"""Who is no client: answered alike, after the same work, and counted so that no client is shut out."""

import time
from base64 import b64encode
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DOORS = ["/oidc/token", "/oidc/introspect", "/oidc/revoke"]


def by_secret(client_id, secret="a wrong secret"):
    return {"client_id": client_id, "client_secret": secret}


def by_key(key, client_id, alg, **claims):
    moment = int(time.time())
    body = {
        "iss": client_id, "sub": client_id, "aud": "http://127.0.0.1:8080", "iat": moment, "exp": moment + 60,
        "jti": uuid4().hex, **claims,
    }  # fmt: skip
    text = jwt.encode({"alg": alg, "kid": "mine"}, body, key, algorithms=[alg])
    return {"client_assertion_type": ASSERTION, "client_assertion": text}


@pytest.fixture
async def keyed(new_party):
    """A client with a key of its own."""
    key = RSAKey.generate_key(2048, {"kid": "mine"})
    made = await new_party(jwks={"keys": [key.as_dict(private=False)]}, host="keyed.test")
    return made, key


@pytest.fixture
async def disabled(identity, operator, new_party):
    made = await new_party(host="disabled.test")
    answer = await identity.client.patch(
        f"/api/identity/clients/{made.client_id}",
        json={"version": 1, "active": False},
        headers={"Authorization": f"Bearer {operator}"},
    )
    assert answer.status_code == 200
    return made


@pytest.mark.parametrize("door", DOORS)
async def test_unknown_wrong_and_disabled_clients_cannot_be_told_apart(
    identity, alike, party, keyed, disabled, door
):
    with_key, _ = keyed
    rest = {"token": "x", "grant_type": "refresh_token", "refresh_token": "x"}
    tried = {
        "unknown": by_secret(str(uuid4())),
        "not even an id": by_secret("nobody"),
        "a wrong secret": by_secret(party.client_id),
        "a secret where it has a key": by_secret(with_key.client_id),
        "disabled, the right secret": by_secret(disabled.client_id, disabled.secret),
    }
    seen = {
        what: await alike.see(identity.client.post(door, data=rest | form)) for what, form in tried.items()
    }
    assert set(seen.values()) == {seen["unknown"]}, seen
    assert seen["unknown"].status == 401 and seen["unknown"].work


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
async def test_a_forged_assertion_costs_one_check_of_its_kind_whoever_it_names(
    identity, alike, party, keyed, alg
):
    with_key, _ = keyed
    kind = (lambda: ECKey.generate_key("P-256")) if alg == "ES256" else (lambda: RSAKey.generate_key(2048))
    tried = {
        "unknown": by_key(kind(), str(uuid4()), alg),
        "another's key": by_key(kind(), with_key.client_id, alg),
        "a key where it has a secret": by_key(kind(), party.client_id, alg),
    }
    seen = {
        what: await alike.see(identity.client.post("/oidc/introspect", data={"token": "x", **form}))
        for what, form in tried.items()
    }
    assert set(seen.values()) == {seen["unknown"]}, seen
    assert sum(note.startswith("signature") for note in seen["unknown"].work) == 1


async def test_what_the_key_signed_but_may_not_be_believed_looks_the_same(identity, alike, keyed):
    party, key = keyed
    moment = int(time.time())
    tried = [
        by_key(key, party.client_id, "RS256", **claims)
        for claims in (
            {"exp": moment - 120},
            {"aud": "https://elsewhere.test"},
            {"aud": [["x"]]},
            {"jti": ""},
        )
    ]
    seen = [await alike.see(identity.client.post("/oidc/token", data=form)) for form in tried]
    assert len(set(seen)) == 1 and seen[0].status == 401, seen


async def test_wrong_secrets_are_stopped_and_the_client_goes_on_even_from_the_same_address(identity, party):
    async with identity.from_address("203.0.113.50") as stranger:
        form = {"token": "x"} | by_secret(party.client_id)
        statuses = [(await stranger.post("/oidc/introspect", data=form)).status_code for _ in range(22)]
        assert statuses == [401] * 20 + [429] * 2
        stopped = await stranger.post("/oidc/introspect", data=form)
        assert (
            int(stopped.headers["retry-after"]) > 0 and stopped.json()["error"] == "temporarily_unavailable"
        )
        right = {"token": "x"} | by_secret(party.client_id, party.secret)
        assert (await stranger.post("/oidc/introspect", data=right)).status_code == 200
    assert (await party.post("/oidc/introspect", token="x")).status_code == 200


async def test_an_address_that_tries_many_clients_is_stopped(identity):
    async with identity.from_address("203.0.113.51") as stranger:
        for _ in range(100):
            answer = await stranger.post("/oidc/revoke", data={"token": "x"} | by_secret(str(uuid4())))
            assert answer.status_code == 401
        answer = await stranger.post("/oidc/revoke", data={"token": "x"} | by_secret(str(uuid4())))
        assert answer.status_code == 429


async def test_a_right_proof_costs_no_write(identity, alike, party):
    seen = await alike.see(party.post("/oidc/introspect", token="x"))
    assert seen.status == 200 and not any("throttle" in note for note in seen.work)


@pytest.mark.parametrize("name", ["%00", "a%00b", "%F0%9F%91%AE", "x" * 5_000])
async def test_an_odd_client_name_is_no_client(identity, name):
    basic = "Basic " + b64encode(f"{name}:secret".encode()).decode()
    answer = await identity.client.post("/oidc/token", data={"a": "b"}, headers={"Authorization": basic})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

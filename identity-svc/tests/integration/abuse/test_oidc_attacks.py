"""What is tried at the OpenID provider: addresses, PKCE, codes and tokens of others, hints, what answers give away."""

import base64
import hmac
import json
import time
from uuid import uuid4

import httpx2
import pytest
from chassis.testing import bearer
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_kit import ISSUER, claims_of

REGISTERED = "https://booking.test/callback"
LOOPBACK = "http://127.0.0.1:3000/cb"
TRICKS = [
    "https://booking.test/callback.evil.test", "https://booking.test/callbackevil", "https://booking.test/callback/",
    "https://booking.test/callback/../evil", "https://booking.test/./callback", "https://booking.test//callback",
    "https://booking.test/callback?x=1", "https://booking.test/callback?", "https://booking.test/callback#",
    "https://booking.test/callback#code", "https://booking.test/Callback", "https://BOOKING.test/callback",
    "HTTPS://booking.test/callback", "http://booking.test/callback", "https://booking.test:443/callback",
    "https://booking.test:8443/callback", "https://booking.test./callback", "https://booking.test%2f/callback",
    "https://booking.test/%63allback", "https://booking.test/callback%00", "https://booking.test/callback%20",
    "https://booking.test/callback ", " https://booking.test/callback", "https://evil.test/callback",
    "https://booking.test@evil.test/callback", "https://evil.test\\@booking.test/callback",
    "https://booking.test:x@evil.test/callback", "https://booking.test.evil.test/callback",
    "https://evil.test/https://booking.test/callback", "https://evil.test?https://booking.test/callback",
    "https://evil.test#https://booking.test/callback", "https://xn--booking-9ta.test/callback",
    "https://bооking.test/callback", "https://booking。test/callback", "//booking.test/callback", "/callback",
    "callback", "javascript:alert(1)//https://booking.test/callback", "data:text/html,x", "",
    "http://127.0.0.1:3001/cb", "http://127.0.0.1/cb", "http://localhost:3000/cb", "http://[::1]:3000/cb",
    "http://127.0.0.2:3000/cb", "http://0x7f.1:3000/cb", "http://127.1:3000/cb", "http://127.0.0.1:3000/cb2",
    "https://127.0.0.1:3000/cb", "http://127.0.0.1:03000/cb", "http://user@127.0.0.1:3000/cb",
]  # fmt: skip


def stays_here(page, status=400):
    return (
        page.left_for is None and page.answer.status_code == status and "location" not in page.answer.headers
    )


async def test_no_spelling_of_an_address_but_the_registered_one_is_gone_to(browser, new_party):
    party = await new_party(redirect_uris=[REGISTERED, LOOPBACK], post_logout_redirect_uris=[REGISTERED])
    for uri in TRICKS:
        assert stays_here(await browser.get(party.request(redirect_uri=uri, prompt="none"))), uri
        query = httpx2.QueryParams({"client_id": party.client_id, "post_logout_redirect_uri": uri})
        page = await browser.get(f"/oidc/logout?{query}")
        assert stays_here(page, 200) and "evil" not in page.answer.text, uri
    for uri in (REGISTERED, LOOPBACK):
        answer = await browser.client.get(party.request(redirect_uri=uri, prompt="none"))
        assert answer.headers["location"].startswith(f"{uri}?error=login_required&")


async def test_a_parameter_that_comes_twice_leads_nowhere_else(browser, party):
    evil = "redirect_uri=https%3A%2F%2Fevil.test%2F"
    good = party.request(prompt="none")
    assert stays_here(await browser.get(good.replace("?", f"?{evil}&", 1)))
    page = await browser.get(f"{good}&{evil}")
    assert page.left_for.host == "booking.test" and page.parameters["error"] == "invalid_request"
    fields = f"{good.partition('?')[2]}&{evil}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post("/oidc/authorize", content=fields, headers=form)
    assert answer.status_code == 400 and "location" not in answer.headers


async def test_nobody_is_sent_on_by_the_log_in_pages(browser, citizen):
    for name in ("next", "return_to", "redirect", "redirect_uri", "url", "continue"):
        page = await browser.get(f"/login?way=password&{name}=https://evil.test/")
        assert "evil.test" not in page.text
    page = await browser.submit(page, "/login/password", **citizen)
    assert page.left_for is None and page.path == "/login/continue"


@pytest.mark.parametrize(
    "sent",
    [
        {"code_challenge_method": "plain"}, {"code_challenge_method": None}, {"code_challenge_method": "s256"},
        {"code_challenge": None}, {"code_challenge": ""}, {"code_challenge": "x" * 42}, {"code_challenge": "x" * 44},
        {"response_mode": "form_post"}, {"response_mode": "fragment"}, {"response_mode": "query.jwt"},
        {"response_mode": "web_message"}, {"response_type": "code token"}, {"response_type": "none"},
        {"prompt": "none login"}, {"state": "a\r\nSet-Cookie: x=y"}, {"nonce": "x" * 3000},
    ],
)  # fmt: skip
async def test_a_weaker_request_is_refused_in_the_query_and_gives_nothing(at_home, party, sent):
    page = await at_home.get(party.request(**sent))
    assert page.left_for.host == "booking.test" and not page.left_for.fragment
    assert page.parameters.keys() <= {"error", "error_description", "state", "iss"}
    assert page.parameters["iss"] == ISSUER and "set-cookie: x" not in str(page.answer.headers).lower()


@pytest.fixture
async def at_home(browser, party, citizen):
    """Logged in, and agreed to what `party` asks."""
    await party.log_in(browser, **citizen)
    return browser


async def code_of(browser, party, **parameters):
    page = await browser.get(party.request(**parameters))
    if page.path == "/login/consent":
        page = await browser.submit(page, "/login/consent", answer="yes")
    assert page.parameters["iss"] == ISSUER, "who answered: against mix-up"
    return page.parameters["code"]


async def test_a_code_is_no_use_to_whoever_stole_it(at_home, party, new_party):
    thief = await new_party(department="JIAOJING", host="thief.test")
    code, theirs = await code_of(at_home, party), await code_of(at_home, thief)
    challenge = party.request().partition("code_challenge=")[2].partition("&")[0]
    stolen = {"redirect_uri": party.redirect_uri, "code_verifier": party.verifier}
    tried = [
        await thief.exchange(code, **stolen),
        await thief.exchange(code),
        await party.exchange(code, code_verifier=challenge),
        await party.exchange(code, code_verifier=thief.verifier),
        await party.exchange(code, redirect_uri=thief.redirect_uri),
        await party.exchange(theirs, **stolen),  # injected into an honest client's session
        await party.exchange(code.swapcase()),
    ]
    for answer in tried:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), answer.text
    as_party = {"client_id": party.client_id, "client_secret": thief.secret}
    grant = {"grant_type": "authorization_code", "code": code, **stolen}
    mixed = await thief.http.post("/oidc/token", data=grant | as_party)
    assert (mixed.status_code, mixed.json()["error"]) == (401, "invalid_client")
    assert (await party.exchange(code)).status_code == 200, "nothing of that used it up"


async def test_departments_share_nothing_to_know_a_person_by(at_home, party, new_party):
    other = await new_party(department="JIAOJING", host="traffic.test")
    found = []
    for one in (party, other):
        tokens = (await one.exchange(await code_of(at_home, one))).json()
        inside = [claims_of(tokens[name]) for name in ("id_token", "access_token")]
        inside.append((await one.userinfo(tokens["access_token"])).json())
        inside.append((await one.post("/oidc/introspect", token=tokens["access_token"])).json())
        found.append(
            {
                str(claims[name])
                for claims in inside
                for name in ("sub", "sid", "jti", "grant")
                if name in claims
            }
        )
    assert len(found[0]) >= 4 and not found[0] & found[1]


async def test_prompt_none_tells_no_more_than_that(new_browser, at_home, party, new_party):
    stranger = await new_party(host="stranger.test")
    for browser, error in ((new_browser(), "login_required"), (at_home, "consent_required")):
        page = await browser.get(stranger.request(prompt="none", login_hint="13800000001"))
        assert page.parameters.keys() == {"error", "error_description", "state", "iss"}
        assert page.parameters["error"] == error and page.parameters["state"] == "a state"


def forged_from(token, public_pem, typ="at+jwt", **claims):
    """What is wrong → a token like `token`."""
    head, body, signature = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    wanted = claims_of(token) | claims
    theirs = RSAKey.generate_key(2048)

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    signed = f"{part(header | {'alg': 'HS256'})}.{part(wanted)}"
    mac = base64.urlsafe_b64encode(hmac.digest(public_pem, signed.encode(), "sha256")).rstrip(b"=").decode()
    return {
        "no algorithm": f"{part(header | {'alg': 'none'})}.{part(wanted)}.",
        "no signature": f"{head}.{body}.",
        "HS256 keyed with the public key": f"{signed}.{mac}",
        "another key by our id": jwt.encode(header, wanted, theirs),
        "another key in the header": jwt.encode(
            header | {"jwk": theirs.as_dict(private=False)}, wanted, theirs
        ),
        "another key's address": jwt.encode(
            header | {"jku": "https://evil.test/k", "kid": "k"}, wanted, theirs
        ),
        "changed claims": f"{head}.{part(wanted | {'sub': str(uuid4())})}.{signature}",
        "another type": f"{part(header | {'typ': typ})}.{body}.{signature}",
        "cut": token[:-8],
    }


async def test_forged_and_foreign_tokens_open_neither_userinfo_nor_introspection(
    identity, at_home, party, citizen
):
    tokens = (await party.exchange(await code_of(at_home, party))).json()
    keys = (await identity.client.get("/.well-known/jwks.json")).json()["keys"]
    pem = RSAKey.import_key(keys[0]).as_pem(private=False)
    platform = (await identity.post("/sessions", citizen)).json()
    ring = identity.running.service.state.parts.ring
    signer, moment = await ring.signer(), int(time.time())
    real = claims_of(tokens["access_token"])

    def ours(typ="at+jwt", **claims):
        return jwt.encode({"alg": "RS256", "typ": typ, "kid": signer.kid}, real | claims, signer)

    wrong = forged_from(tokens["access_token"], pem, "JWT") | {
        "an ID token": tokens["id_token"],
        "the platform's own": platform["access_token"],
        "a session's refresh token": platform["refresh_token"],
        "expired": ours(exp=moment - 1),
        "of another issuer": ours(iss="https://elsewhere.test"),
        "for another audience": ours(aud=party.client_id),
        "of the ID token's type": ours("JWT"),
        "a log-out token": ours("logout+jwt"),
        "of no grant": ours(grant=str(uuid4())),
    }
    for what, text in wrong.items():
        answer = await party.userinfo(text)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), what
        assert (await party.post("/oidc/introspect", token=text)).json() == {"active": False}, what
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    for what in ("access_token", "id_token", "refresh_token"):
        assert (await identity.get("/me", tokens[what])).status_code == 401, what


async def test_a_forged_hint_names_nobody_and_ends_nothing(identity, at_home, party):
    tokens = (await party.exchange(await code_of(at_home, party))).json()
    keys = (await identity.client.get("/.well-known/jwks.json")).json()["keys"]
    pem = RSAKey.import_key(keys[0]).as_pem(private=False)
    wrong = forged_from(tokens["id_token"], pem) | {"an access token": tokens["access_token"]}
    for what, text in wrong.items():
        page = await at_home.get(party.request(id_token_hint=text, prompt="none"))
        assert page.parameters["error"] == "invalid_request", what
        await at_home.get(f"/oidc/logout?id_token_hint={text}")
    assert "code" in (await at_home.get(party.request(prompt="none"))).parameters, "still logged in"


async def test_answers_of_the_provider_are_kept_by_nobody(at_home, party, identity):
    tokens = (await party.exchange(await code_of(at_home, party))).json()
    for answer in (
        await party.refresh(tokens["refresh_token"]),
        await party.userinfo(tokens["access_token"]),
        await party.post("/oidc/introspect", token=tokens["access_token"]),
        await party.post("/oidc/revoke", token=tokens["access_token"]),
        await at_home.client.get(party.request()),
        await identity.client.post("/oidc/token", data={"grant_type": "x"}),
        await identity.client.get("/oidc/userinfo", headers=bearer("x")),
    ):
        assert "no-store" in answer.headers["cache-control"], answer.request.url

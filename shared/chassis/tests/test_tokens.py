import base64
import hmac
import time
from uuid import uuid4

import pytest
from chassis.auth.verifier import TokenVerifier
from chassis.problems import ServiceUnavailable, Unauthorized
from chassis.testing import Tokens
from chassis.testing.forgery import forgeries
from contracts.tokens import Role
from joserfc import jwt
from joserfc.jwk import RSAKey


@pytest.fixture
def verifier(tokens: Tokens) -> TokenVerifier:
    return TokenVerifier(tokens.key_set)


async def test_valid_token_names_its_caller(verifier: TokenVerifier, tokens: Tokens):
    who = uuid4()
    caller = await verifier.verify(tokens.citizen(who))
    assert caller.account_id == who
    assert caller.has(Role.CITIZEN) and not caller.has(Role.OFFICER)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 1},
        {"iss": "someone else"},
        {"aud": "another"},
        {"iat": int(time.time()) + 3600},
        {"roles": ["king"]},
        {"exp": "soon"},
        {"sub": None},
    ],
)
async def test_wrong_claims_are_refused(verifier: TokenVerifier, tokens: Tokens, claims):
    with pytest.raises(Unauthorized):
        await verifier.verify(tokens.mint(uuid4(), (Role.CITIZEN,)) if not claims else _with(tokens, claims))


def _with(tokens: Tokens, claims: dict) -> str:
    body = {"iss": "police-platform", "aud": "police-platform", "sub": str(uuid4()), "iat": int(time.time()),
            "exp": int(time.time()) + 60, "jti": "x", "roles": ["citizen"], **claims}  # fmt: skip
    return jwt.encode({"alg": "RS256", "kid": "test"}, body, tokens._key)


async def test_forged_tokens_are_refused(verifier: TokenVerifier, tokens: Tokens):
    good = tokens.citizen(uuid4())
    header, body, signature = good.split(".")
    other = RSAKey.generate_key(2048)
    claims = {
        "iss": "police-platform",
        "aud": "police-platform",
        "sub": "x",
        "iat": 0,
        "exp": 2**33,
        "jti": "x",
        "roles": [],
    }
    public = tokens._key.as_pem(private=False)
    for forged in (
        "", "a.b", "not a token", good[:-4] + "AAAA", f"{header}.{body}.", "eyJhbGciOiJub25lIn0." + body + ".",
        jwt.encode({"alg": "RS256", "kid": "test"}, claims, other),
        jwt.encode({"alg": "RS256", "kid": "unknown"}, claims, other),
        _signed_with_the_public_key(header, body, public),
        "x" * 10_000, "é.é.é", ".".join((signature, body, header)),
    ):  # fmt: skip
        with pytest.raises(Unauthorized):
            await verifier.verify(forged)


def _signed_with_the_public_key(header: str, body: str, public: bytes) -> str:
    """The classic confusion: HS256, keyed with the bytes everybody can fetch."""
    confused = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"test"}').rstrip(b"=").decode()
    mac = hmac.digest(public, f"{confused}.{body}".encode(), "sha256")
    return f"{confused}.{body}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


async def test_unknown_key_ids_do_not_flood_identity(tokens: Tokens):
    fetched = []

    async def fetch():
        fetched.append(1)
        return await tokens.key_set()

    verifier = TokenVerifier(fetch)
    other = RSAKey.generate_key(2048)
    for number in range(20):
        with pytest.raises(Unauthorized):
            await verifier.verify(jwt.encode({"alg": "RS256", "kid": f"k{number}"}, {"sub": "x"}, other))
    assert len(fetched) <= 2


async def test_without_any_key_the_answer_is_503_and_known_keys_outlive_an_outage(tokens: Tokens):
    up = False

    async def fetch():
        if not up:
            raise OSError("identity is down")
        return await tokens.key_set()

    verifier = TokenVerifier(fetch)
    with pytest.raises(ServiceUnavailable):
        await verifier.verify(tokens.citizen(uuid4()))
    up = True
    verifier._tried_at = float("-inf")  # half a second later
    await verifier.verify(tokens.citizen(uuid4()))
    up = False
    verifier._fetched_at = float("-inf")
    await verifier.verify(tokens.citizen(uuid4()))


async def test_no_forgery_is_believed(verifier: TokenVerifier, tokens: Tokens, subtests):
    for what, token in forgeries(tokens).items():
        with subtests.test(what), pytest.raises(Unauthorized):
            await verifier.verify(token)


async def test_a_clock_that_is_a_little_slow_lets_new_tokens_in(verifier: TokenVerifier, tokens: Tokens):
    assert await verifier.verify(tokens.mint(uuid4(), (Role.CITIZEN,), nbf=int(time.time()) + 5))

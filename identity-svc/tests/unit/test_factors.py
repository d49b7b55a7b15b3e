"""One-time codes, recovery codes and the tokens of trusted devices."""

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from identity_svc.domain.factors import recovery, totp
from identity_svc.domain.factors.devices import new_token, read_token

RFC_SECRET = b"12345678901234567890"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    assert totp.code_at(seconds // 30, RFC_SECRET) == code
    assert totp.step_of(code, RFC_SECRET, at(seconds), after=totp.NEVER) == seconds // 30


def test_a_clock_may_be_one_step_off_and_no_more():
    code = totp.code_at(1000, RFC_SECRET)
    found = {
        step: totp.step_of(code, RFC_SECRET, at(step * 30), after=totp.NEVER) for step in range(997, 1004)
    }
    assert found == {997: None, 998: None, 999: 1000, 1000: 1000, 1001: 1000, 1002: None, 1003: None}


def test_a_step_counts_once_and_so_do_those_before_it():
    for step in (999, 1000):
        assert totp.step_of(totp.code_at(step, RFC_SECRET), RFC_SECRET, at(30_000), after=1000) is None
    assert totp.step_of(totp.code_at(1001, RFC_SECRET), RFC_SECRET, at(30_000), after=1000) == 1001


def test_what_the_picture_says_holds_the_secret_that_people_would_type():
    secret = totp.new_secret()
    uri = urlsplit(totp.provisioning_uri(secret, "XC-HUZHENG-1"))
    query = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp") and uri.path.endswith("XC-HUZHENG-1")
    assert query["secret"] == [totp.secret_text(secret).replace(" ", "")]
    assert base64.b32decode(query["secret"][0]) == secret
    assert (query["digits"], query["period"]) == (["6"], ["30"])


def test_a_recovery_code_is_known_however_it_was_typed_and_only_to_its_owner():
    owner, code = uuid4(), "7ZK2-80WE-M4TN-1XYZ"
    known = recovery.code_hash(owner, code)
    assert known is not None
    for typed in ("7zk280wem4tn1xyz", " 7ZK2 8OWE M4TN LXYZ ", "7zk2-8owe-m4tn-ixyz"):
        assert recovery.code_hash(owner, typed) == known
    assert recovery.code_hash(uuid4(), code) != known
    assert recovery.code_hash(owner, "7ZK2-80WE") is None and recovery.code_hash(owner, "") is None
    assert len({*recovery.new_codes()}) == recovery.COUNT
    assert all(recovery.code_hash(owner, made) for made in recovery.new_codes())


def test_a_device_token_is_read_back_and_nothing_else_is():
    token = new_token(uuid4())
    found = read_token(token.text())
    assert found == token and found.is_genuine(token.digest())
    assert not new_token(token.device_id).is_genuine(token.digest())
    for text in ("", "x", "口令", token.text()[:-4], token.text() + "AAAA"):
        assert read_token(text) is None

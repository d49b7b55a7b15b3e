"""Which passwords are refused, and that checking one takes as long for nobody."""

import pytest
from identity_svc.application.hash_passwords import Passwords
from identity_svc.domain.passwords import is_suitable


@pytest.mark.parametrize(
    "password", ["short", "12345678", "Password1", "aaaaaaaa", "abababab", "x13800000001x", "p" * 129, ""]
)
def test_easy_passwords_are_refused(password):
    assert not is_suitable(password, identifier="13800000001")


@pytest.mark.parametrize("password", ["correct horse", "用一句话当口令也可以", "p" * 64 + "quite-long"])
def test_long_ones_of_any_kind_are_taken(password):
    assert is_suitable(password, identifier="13800000001")


async def test_a_hash_is_argon2id_of_the_agreed_cost():
    hashed = await Passwords().hash("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_only_the_right_password_matches():
    passwords = Passwords(memory_kib=64, passes=1)
    hashed = await passwords.hash("correct horse")
    assert await passwords.verify(hashed, "correct horse")
    assert not await passwords.verify(hashed, "wrong horse")
    assert not await passwords.verify("not a hash", "correct horse")
    assert not await passwords.verify(None, "correct horse")

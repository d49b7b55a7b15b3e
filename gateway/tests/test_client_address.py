"""Who calls, by the word of the proxies we were told to trust and of nobody else."""

import pytest
from gateway.client_address import ClientAddress, counted_as

TRUSTED = "127.0.0.0/8, 10.0.0.0/8, fd00::/8, ::1"


def of(
    peer: str | None, *headers: tuple[str, str], trusted: str = TRUSTED, scheme: str = "http"
) -> tuple[str, str]:
    scope = {
        "client": (peer, 1234) if peer else None,
        "scheme": scheme,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    return ClientAddress(trusted).of(scope)


def chain(*values: str) -> list[tuple[str, str]]:
    return [("x-forwarded-for", value) for value in values]


@pytest.mark.parametrize(
    ("peer", "values", "address"),
    [
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9:5123"], "203.0.113.9"),
        ("10.0.0.1", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("10.0.0.1", ["2001:DB8:0::1"], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, ::ffff:10.0.0.7"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::1", ["203.0.113.9"], "203.0.113.9"),
        ("fd00::5", ["2001:db8::1, fd00::7"], "2001:db8::1"),
        ("10.0.0.1", ["203.0.113.9, , 10.0.0.7,"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, 10.0.0.7 evil"], "10.0.0.1"),
        ("10.0.0.1", ["999.1.1.1"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.7"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("203.0.113.1", ["1.1.1.1"], "203.0.113.1"),
        ("::ffff:203.0.113.1", ["1.1.1.1"], "::ffff:203.0.113.1"),
        (None, ["1.1.1.1"], "unknown"),
    ],
)
def test_address_is_the_last_one_that_is_no_trusted_proxys(peer: str | None, values: list[str], address: str):
    assert of(peer, *chain(*values))[0] == address


@pytest.mark.parametrize(
    ("values", "scheme"),
    [
        (["https"], "https"), (["HTTPS"], "https"), (["http"], "http"), (["https, http"], "http"),
        (["http,https"], "https"), (["http", "https"], "https"), (["ftp"], "http"), ([""], "http"), ([], "http"),
    ],
)  # fmt: skip
def test_scheme_is_the_nearest_proxys_word(values: list[str], scheme: str):
    assert of("10.0.0.1", *[("x-forwarded-proto", value) for value in values])[1] == scheme


def test_strangers_and_no_configuration_are_not_believed():
    said = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-proto", "https")]
    assert of("203.0.113.1", *said) == ("203.0.113.1", "http")
    assert of("127.0.0.1", *said, trusted="") == ("127.0.0.1", "http")
    assert of("127.0.0.1", *said, trusted="", scheme="https") == ("127.0.0.1", "https")


def test_households_are_counted_as_one():
    assert (
        counted_as("2001:db8:0:1::1") == counted_as("2001:db8:0:1:ffff::2") != counted_as("2001:db8:0:2::1")
    )
    assert counted_as("::ffff:203.0.113.9") == "203.0.113.9" == counted_as("203.0.113.9")
    assert counted_as("fe80::1%eth0") == counted_as("fe80::2%eth0") and counted_as("unknown") == "unknown"


def test_many_strangers_take_no_memory():
    addresses = ClientAddress(TRUSTED)
    for number in range(30_000):
        addresses.of({"client": (f"203.0.{number >> 8}.{number & 255}", 1), "headers": []})
    assert len(addresses._known) <= 10_000

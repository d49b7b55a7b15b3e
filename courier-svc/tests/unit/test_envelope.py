"""The `|$4|` envelope: the national standard's vector, one sealed by OpenSSL, and everything that is no envelope."""

import base64

import pytest
from courier_svc.channels.ems import Envelope
from courier_svc.channels.ems.envelope import EnvelopeBroken
from hypothesis import given
from hypothesis import strategies as st

KEY_TEXT = "ASNFZ4mrze/+3LqYdlQyEA=="  # 0123456789abcdeffedcba9876543210, the key of GB/T 32907's example
DOCUMENT = b'[{"wholeAddress":"ABC123"}]'
BY_OPENSSL = "|$4|+ZxfLlMG+dnuZ+RVD9Mu7EmMIVm7e7BfwZLjO3ORxVeYeK1DMwgENIUxcDFGRPKHnLZLVIC/+C4HDKgvH+LAsg=="
"""`printf '[{"wholeAddress":"ABC123"}]ASN…' | openssl enc -sm4-ecb -K 0123… | base64`"""


def test_the_first_block_is_that_of_the_national_standard() -> None:
    plain = bytes.fromhex("0123456789abcdeffedcba9876543210")
    sealed = base64.b64decode(Envelope(KEY_TEXT).seal(plain).removeprefix("|$4|"))
    assert sealed[:16].hex() == "681edf34d206965e86b3e94f536e4246"


def test_a_document_is_sealed_with_the_keys_text_behind_it() -> None:
    assert Envelope(KEY_TEXT).seal(DOCUMENT) == BY_OPENSSL


@pytest.mark.parametrize("sealed", [BY_OPENSSL, BY_OPENSSL.removeprefix("|$4|")])
def test_an_envelope_opens_with_its_mark_and_without(sealed: str) -> None:
    assert Envelope(KEY_TEXT).open(sealed) == DOCUMENT


@given(st.binary(max_size=200))
def test_what_was_sealed_is_opened(document: bytes) -> None:
    envelope = Envelope(KEY_TEXT)
    assert envelope.open(envelope.seal(document)) == document.removesuffix(KEY_TEXT.encode())


@given(st.text(max_size=200))
def test_what_is_no_envelope_is_said_to_be_broken(sealed: str) -> None:
    with pytest.raises(EnvelopeBroken):
        Envelope(KEY_TEXT).open(sealed)


@pytest.mark.parametrize("key_text", ["", "short", "AAAA", "ASNFZ4mrze/+3LqYdlQyEA==x", "0123456789abcdef"])
def test_a_key_that_is_not_sixteen_bytes_in_base64_is_refused(key_text: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)base64|padding|key size|string"):
        Envelope(key_text)

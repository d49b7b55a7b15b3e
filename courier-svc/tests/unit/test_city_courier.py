"""The courier's signatures and documents, read strictly."""

import base64
import time
from collections.abc import Callable

import pytest
from courier_svc.application.ports import PushUnreadable
from courier_svc.channels.city_courier.pushes import CityCourierDoor
from courier_svc.channels.city_courier.signing import SignatureRefused, Signer, Verifier
from courier_svc.domain.transitions import Move
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
PRIVATE_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
BODY = b'{"event_id":"ce_1","order_no":"o-1","code":"DELIVERED","time":"2026-11-22T18:30:59.000+08:00"}'


def headers(
    body: bytes = BODY, *, key: Ed25519PrivateKey = KEY, shift: int = 0, **over: str
) -> dict[str, str]:
    timestamp = str(int(time.time()) + shift)
    signature = key.sign(f"{timestamp}\nnonce-of-sixteen\n".encode() + body + b"\n")
    return {
        "X-Courier-Key-Id": Verifier(PUBLIC_PEM).key_id,
        "X-Courier-Timestamp": timestamp,
        "X-Courier-Nonce": "nonce-of-sixteen",
        "X-Courier-Signature": base64.b64encode(signature).decode(),
    } | over


def test_an_authentic_push_passes() -> None:
    Verifier(PUBLIC_PEM).verify(headers(), BODY)


def test_the_key_id_is_that_of_the_protocols_test_vectors() -> None:
    assert Verifier(PUBLIC_PEM).key_id == "56475aa75463474c"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: headers(key=OTHER),
        lambda: headers(shift=-400),
        lambda: headers(shift=+400),
        lambda: headers(BODY + b" "),
        lambda: headers(**{"X-Courier-Key-Id": "0" * 16}),
        lambda: headers(**{"X-Courier-Timestamp": "soon"}),
        lambda: headers(**{"X-Courier-Timestamp": "9" * 5000}),
        lambda: headers(**{"X-Courier-Timestamp": "²"}),
        lambda: headers(**{"X-Courier-Signature": "not base64"}),
        lambda: headers(**{"X-Courier-Signature": ""}),
        lambda: headers(**{"X-Courier-Nonce": "another"}),
        dict,
    ],
)
def test_anything_else_is_refused(wrong: Callable[[], dict[str, str]]) -> None:
    with pytest.raises(SignatureRefused):
        Verifier(PUBLIC_PEM).verify(wrong(), BODY)


def test_an_answer_to_another_request_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        Verifier(PUBLIC_PEM).verify(headers(), BODY, nonce="0123456789abcdef")


def test_no_two_requests_share_a_nonce() -> None:
    signer = Signer("1100006101", PRIVATE_PEM)
    assert (
        signer.headers("GET", "/x", b"")["X-Courier-Nonce"]
        != signer.headers("GET", "/x", b"")["X-Courier-Nonce"]
    )


def test_a_push_is_read() -> None:
    report = CityCourierDoor(Verifier(PUBLIC_PEM)).read(BODY)
    assert (report.event_id, report.order_no, report.move) == ("ce_1", "o-1", Move.DELIVERED)
    assert report.occurred_at.isoformat() == "2026-11-22T18:30:59+08:00"


@pytest.mark.parametrize("code", ["SIGNED", "delivered", "711", "DELIVERED_TO_LOCKER"])
def test_a_code_that_is_not_agreed_means_nothing(code: str) -> None:
    report = CityCourierDoor(Verifier(PUBLIC_PEM)).read(BODY.replace(b"DELIVERED", code.encode()))
    assert report.move is None


@given(st.binary(max_size=200) | st.sampled_from([b"[]", b"null", b"{}", b"1", BODY[:-1]]))
def test_whatever_comes_is_read_or_said_to_be_unreadable(body: bytes) -> None:
    with pytest.raises(PushUnreadable):
        CityCourierDoor(Verifier(PUBLIC_PEM)).read(body)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'"ce_1"', b'""'),
        (b'"ce_1"', b'"' + b"x" * 129 + b'"'),
        (b'"ce_1"', b'"\\u0000"'),
        (b'"o-1"', b"17"),
        (b"2026-11-22T18:30:59.000+08:00", b"2026-11-22T18:30:59"),
        (b"2026-11-22T18:30:59.000+08:00", b"0001-01-01T00:00:00Z"),
        (b"2026-11-22T18:30:59.000+08:00", b"yesterday"),
    ],
)
def test_a_malformed_member_makes_it_unreadable(good: bytes, bad: bytes) -> None:
    with pytest.raises(PushUnreadable):
        CityCourierDoor(Verifier(PUBLIC_PEM)).read(BODY.replace(good, bad))

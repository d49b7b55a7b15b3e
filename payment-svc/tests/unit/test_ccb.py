"""CCB's MAC, its signed texts, its numbers: all by what public texts say of them."""

import hashlib
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import MD5
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from payment_svc.channels.ccb.configuration import NOTICE_FIELDS
from payment_svc.channels.ccb.mapping import number_of_order, order_id_of
from payment_svc.channels.ccb.notices import NoticeReader
from payment_svc.channels.ccb.signing import CounterKeys, NotAuthentic, js_escape, mac, signed_text
from payment_svc.domain.readings import PaymentStatus

OPTIONAL = frozenset({"ACC_TYPE", "ACCDATE"})
PRIVATE = generate_private_key(65537, 1024)  # as long as the samples in public texts
DER = PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
KEY = CounterKeys(DER.hex().encode())


def told(**changes):
    fields = {
        "POSID": "061000001", "BRANCHID": "610000000", "ORDERID": order_id_of(uuid4().hex), "PAYMENT": "20.00",
        "CURCODE": "01", "REMARK1": "", "REMARK2": "", "ACC_TYPE": "30", "SUCCESS": "Y", "TYPE": "1",
        "REFERER": "", "CLIENTIP": "127.0.0.1",
    } | changes  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


def signed(fields, text=None):
    text = text or "&".join(f"{name}={value}" for name, value in fields.items())
    signature = PRIVATE.sign(text.encode("gbk"), PKCS1v15(), MD5()).hex()
    query = b"&".join(f"{name}=".encode() + value.encode("gbk") for name, value in fields.items())
    return query + b"&SIGN=" + signature.encode()


@given(st.uuids())
def test_a_number_fits_into_an_order_id_and_comes_back(number: UUID):
    order_id = order_id_of(number.hex)
    assert len(order_id) <= 30 and order_id.isalnum() and order_id.isascii()
    assert number_of_order(order_id) == number.hex


@pytest.mark.parametrize("strange", ["", "0", "Z" * 25, "z" * 25, "x" * 31, "一" * 25])
def test_an_order_id_we_never_made_stays_what_it_is(strange):
    assert number_of_order(strange) == strange


def test_a_mac_counts_the_pairs_in_their_order_and_is_lower_case():
    assert mac([("B", "2"), ("A", "1")]) == hashlib.md5(b"B=2&A=1", usedforsecurity=False).hexdigest()


def test_pub_is_the_end_of_the_key_whichever_way_it_is_written():
    pem = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert KEY.pub == CounterKeys(pem).pub == DER.hex()[-30:]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("身份证", "%u8EAB%u4EFD%u8BC1"),
        ("a b+c/é", "a%20b+c/%E9"),
        ("&=%", "%26%3D%25"),
        ("😀", "%uD83D%uDE00"),
    ],
)
def test_chinese_is_written_as_javascript_escapes_it(text, escaped):
    assert js_escape(text) == escaped


def test_fields_that_may_lack_leave_the_text_and_others_stay_empty():
    fields = {"POSID": b"1", "SUCCESS": b"Y"}
    text = signed_text(fields, ("POSID", "REMARK1", "ACC_TYPE", "SUCCESS"), OPTIONAL)
    assert text == b"POSID=1&REMARK1=&SUCCESS=Y"


READER = NoticeReader(KEY, NOTICE_FIELDS, OPTIONAL)


@pytest.mark.parametrize(
    "changes", [{}, {"ACC_TYPE": None}, {"ACCDATE": "20261128"}, {"REMARK1": "工本费"}], ids=str
)
def test_what_the_bank_signed_is_believed_to_be_the_banks_and_not_to_be_money(changes):
    query = signed(told(**changes))
    READER.prove(query)
    notice = READER.read(query)
    assert notice.needs_query and notice.payment is not None
    assert (notice.payment.status, notice.payment.amount_cents) == (PaymentStatus.SUCCEEDED, 2000)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda query: query.replace(b"20.00", b"20.01"),
        lambda query: query.replace(b"&ACC_TYPE=30", b""),
        lambda query: query.partition(b"&SIGN=")[0],
        lambda query: query[:-2] + b"zz",
        lambda query: query + b"&PAYMENT=0.01",
        lambda query: b"",
    ],
)
def test_anything_else_is_not(break_it):
    with pytest.raises(NotAuthentic):
        READER.prove(break_it(signed(told())))


def test_what_is_not_signed_is_not_read():
    query = signed(told(SUCCESS=None)) + b"&SUCCESS=Y"
    reader = NoticeReader(KEY, [name for name in NOTICE_FIELDS if name != "SUCCESS"], OPTIONAL)
    reader.prove(query)
    assert not reader.read(query).readable


def test_a_repeat_has_the_same_id_and_another_sum_another():
    fields = told()
    first, again = READER.read(signed(fields)), READER.read(signed(fields))
    other = READER.read(signed(fields | {"PAYMENT": "20.01"}))
    assert first.notice_id == again.notice_id != other.notice_id


@pytest.mark.parametrize("success", ["N", "", "y", "?"])
def test_only_y_is_paid(success):
    notice = READER.read(signed(told(SUCCESS=success)))
    assert notice.payment is None or notice.payment.status is PaymentStatus.PENDING


@pytest.mark.parametrize(
    "changes", [{"PAYMENT": "20.001"}, {"PAYMENT": "-1"}, {"ORDERID": None}, {"POSID": ""}], ids=str
)
def test_what_cannot_be_read_is_kept_as_that(changes):
    assert not READER.read(signed(told(**changes))).readable


def test_an_openssl_that_refuses_md5_is_told_at_the_start_in_so_many_words(monkeypatch):
    def refuses(*_):
        raise UnsupportedAlgorithm("md5")

    monkeypatch.setattr(KEY, "_keys", [SimpleNamespace(key_size=1024, verify=refuses)])
    with pytest.raises(RuntimeError, match=r"refuses MD5.*PAYMENT_CHANNELS"):
        KEY._try_out()
    monkeypatch.undo()

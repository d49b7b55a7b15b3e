"""Codes, validity and signatures of issued documents."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from case_svc.documents.codes import grouped, new_code, read_code
from case_svc.documents.record import Document, document_number, last_valid_day
from case_svc.documents.signing import DocumentSigner, canonical
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

ISSUED = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DOCUMENT = Document(
    id=UUID(int=1),
    serial=42,
    code=new_code(),
    case_id=UUID(int=2),
    case_no="XA261123-0000042",
    item_code="HUZHENG-016",
    item_version=1,
    item_name="户籍证明开具",
    item_name_en="Household registration certificate",
    result="户籍证明（电子）",
    is_electronic=True,
    department="HUZHENG",
    unit="XC-HUZHENG",
    applicant_id=UUID(int=3),
    holder_masked="张*",
    issued_at=ISSUED,
    valid_until=date(2027, 2, 23),
    key_id="",
    signature=b"",
)


def private_pem(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


KEY = Ed25519PrivateKey.generate()
SIGNER = DocumentSigner(private_pem(KEY))


@given(st.data())
def test_a_code_is_read_however_it_is_typed(data):
    code = new_code()
    typed = "".join(
        data.draw(st.sampled_from([letter, letter.lower(), f" {letter}", f"-{letter}"])) for letter in code
    )
    typed = typed.replace("0", data.draw(st.sampled_from("0Oo"))).replace(
        "1", data.draw(st.sampled_from("1Il"))
    )
    assert read_code(typed) == code
    assert read_code(grouped(code)) == code


def test_a_code_typed_with_full_width_letters_is_read():
    code = new_code()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert read_code(wide) == code


@given(st.text(max_size=100))
def test_what_cannot_be_a_code_is_none_and_never_an_error(typed):
    code = read_code(typed)
    assert code is None or len(code) == 26


def test_codes_do_not_repeat_and_have_128_bits():
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert len({letter for code in codes for letter in code}) == 32  # 5 bits × 26 places


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        ("2026-11-23T10:00+08:00", 3, date(2027, 2, 23)),
        ("2026-11-30T10:00+08:00", 3, date(2027, 2, 28)),  # no 30 February: the month's last day
        ("2027-11-30T10:00+08:00", 3, date(2028, 2, 29)),
        ("2026-12-15T10:00+08:00", 1, date(2027, 1, 15)),
        ("2026-11-22T17:00+00:00", 12, date(2027, 11, 23)),  # already the 23rd in Shanghai
        ("2026-11-23T10:00+08:00", 120, date(2036, 11, 23)),
        ("2026-11-23T10:00+08:00", None, None),
    ],
)
def test_validity_ends_on_the_same_day_of_a_later_month(issued, months, last):
    assert last_valid_day(datetime.fromisoformat(issued), months) == last


def test_the_last_valid_day_counts_in_full_in_shanghai():
    end = datetime(2027, 2, 23, 16, 0, tzinfo=UTC)  # 24:00 in Shanghai
    assert DOCUMENT.status(end - timedelta(seconds=1)) == "valid"
    assert DOCUMENT.status(end) == "expired"
    assert replace(DOCUMENT, valid_until=None).status(end + timedelta(days=9999)) == "valid"
    assert replace(DOCUMENT, revoked_at=ISSUED).status(end) == "revoked"


def test_the_number_carries_the_shanghai_year():
    assert document_number(42, datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "公服证〔2027〕00000042号"


def test_a_signature_stands_for_exactly_what_was_said():
    signature = SIGNER.sign(DOCUMENT.statement())
    assert SIGNER.verifies(DOCUMENT.statement(), signature, SIGNER.key_id)
    assert not SIGNER.verifies(DOCUMENT.statement(), signature[:-1] + b"x", SIGNER.key_id)
    assert not SIGNER.verifies(DOCUMENT.statement(), b"", SIGNER.key_id)


LATER_FACTS = {"key_id", "signature", "revoked_at", "revoked_by", "revocation_sealed"}
OTHER_VALUES = {
    str: "other", int: 7, bool: False, UUID: UUID(int=9), datetime: ISSUED + timedelta(microseconds=1),
    date: date(2027, 2, 24),
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Document) if field.name not in LATER_FACTS])
def test_changing_any_fact_of_issue_breaks_the_signature(name):
    signature = SIGNER.sign(DOCUMENT.statement())
    other = replace(DOCUMENT, **{name: OTHER_VALUES[type(getattr(DOCUMENT, name))]})
    assert not SIGNER.verifies(other.statement(), signature, SIGNER.key_id)


def test_revoking_leaves_the_signature_of_issue_standing():
    signature = SIGNER.sign(DOCUMENT.statement())
    revoked = replace(DOCUMENT, revoked_at=ISSUED, revoked_by=UUID(int=5), revocation_sealed=b"x")
    assert SIGNER.verifies(revoked.statement(), signature, SIGNER.key_id)


def test_documents_of_an_earlier_key_still_verify_after_a_change_of_keys():
    signature = SIGNER.sign(DOCUMENT.statement())
    new = Ed25519PrivateKey.generate()
    rotated = DocumentSigner(private_pem(new), [public_pem(KEY)])
    assert rotated.verifies(DOCUMENT.statement(), signature, SIGNER.key_id)
    assert not DocumentSigner(private_pem(new)).verifies(DOCUMENT.statement(), signature, SIGNER.key_id)
    assert not rotated.verifies(DOCUMENT.statement(), signature, rotated.key_id)


def test_keys_of_another_kind_are_refused():
    other = generate_private_key(SECP256R1())
    with pytest.raises(ValueError, match="Ed25519"):
        DocumentSigner(private_pem(other))
    with pytest.raises(ValueError, match="Ed25519"):
        DocumentSigner(private_pem(KEY), [public_pem(other)])


def test_the_canonical_form_does_not_depend_on_order_and_takes_no_floats():
    assert canonical({"b": "中", "a": 1}) == canonical({"a": 1, "b": "中"}) == '{"a":1,"b":"中"}'.encode()
    with pytest.raises(TypeError):
        canonical({"a": 1.0})

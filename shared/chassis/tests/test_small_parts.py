"""Sealing, cursors, masking, ids, settings: each by what it promises."""

import base64
import json
import time
import uuid
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from chassis.ids import uuid7
from chassis.paging import decode_cursor, encode_cursor
from chassis.problems import InvalidInput
from chassis.problems.rendering import prefers_english
from chassis.sealing import SealBroken, Sealer
from chassis.settings import ServiceSettings
from chassis.telemetry import context
from chassis.telemetry.masking import masked
from chassis.testing import TEST_KEYS
from hypothesis import given
from hypothesis import strategies as st

SEALER = Sealer(TEST_KEYS["data_keys"], TEST_KEYS["lookup_key"])


@given(st.binary(max_size=500), st.binary(max_size=40))
def test_sealed_bytes_open_again(plain: bytes, aad: bytes):
    assert SEALER.open(SEALER.seal(plain, aad), aad) == plain


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10**6))
def test_any_altered_byte_breaks_the_seal(plain: bytes, place: int):
    sealed = bytearray(SEALER.seal(plain, b"row"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(SealBroken):
        SEALER.open(bytes(sealed), b"row")


def test_seal_is_bound_to_its_row():
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal(b"x", b"row 1"), b"row 2")


def test_old_key_still_opens_after_rotation():
    sealed = SEALER.seal(b"x", b"")
    new = "new:" + base64.b64encode(b"n" * 32).decode()
    rotated = Sealer(f"{new},{TEST_KEYS['data_keys']}", TEST_KEYS["lookup_key"])
    assert rotated.open(sealed, b"") == b"x"
    assert Sealer.key_id_of(rotated.seal(b"x", b"")) == "new"


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.integers(), st.text())
def test_cursor_gives_back_its_key(moment: datetime, number: UUID, count: int, text: str):
    if "\x00" in text or abs(count) >= 2**63:
        return
    try:
        cursor = encode_cursor(moment, number, count, text)
    except TypeError:  # half a surrogate pair cannot be written
        return
    assert decode_cursor(cursor, datetime, UUID, int, str) == (moment, number, count, text)


@given(st.text(max_size=80))
def test_foreign_cursor_is_a_422_and_nothing_else(text: str):
    try:
        decode_cursor(text, datetime, UUID)
    except InvalidInput:
        return


def test_masking_hides_people_and_keeps_facts():
    event = {
        "event": "sent to 13812345678 for 110101199003071234, Bearer abcdefghijklmnop",
        "id_number": "110101199003071234",
        "nested": [{"phone": "13812345678", "case_no": "2026112200000017"}],
        "token": "t",
        "amount_cents": 4000,
    }
    text = json.dumps(masked(event), ensure_ascii=False)
    for secret in ("13812345678", "110101199003071234", "abcdefghijklmnop", '"t"'):
        assert secret not in text
    assert "4000" in text


def test_ids_rise_within_a_millisecond_and_when_the_clock_steps_back(monkeypatch):
    made = [uuid7() for _ in range(500)]
    earlier = time.time_ns() - 10**10
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    made += [uuid7() for _ in range(50)]
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert made == sorted(set(made))


def test_trace_goes_on_and_bad_ones_begin_anew():
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    child = context.continued(parent)
    assert (child.trace_id, child.parent_span_id) == ("a" * 32, "b" * 16)
    assert context.continued("garbage").trace_id != "a" * 32


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00"]
)
def test_cursor_with_a_moment_outside_time_is_refused(moment: str):
    with pytest.raises(InvalidInput):
        decode_cursor(encode_cursor(moment, 1), datetime, int)


def test_chinese_is_the_default_language():
    assert not prefers_english(None)
    assert not prefers_english("zh-CN,en;q=0.8")
    assert prefers_english("en-US,zh;q=0.5")
    assert not prefers_english("*;q=x,;;")


def test_settings_come_from_files_too(tmp_path, monkeypatch):
    (tmp_path / "url").write_text("postgresql://from-file/x\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "k:1")
    settings = ServiceSettings()
    assert settings.database_url.get_secret_value() == "postgresql://from-file/x"
    assert "from-file" not in repr(settings)
    assert uuid4()

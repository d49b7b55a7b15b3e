"""Phones, identity numbers and credit codes, read and masked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_svc.domain import demo
from identity_svc.domain.personal import (
    dialled,
    mask_id_number,
    mask_name,
    mask_phone,
    read_id_number,
    read_phone,
    read_uscc,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text", ["13800000001", "138 0000 0001", "+86 138-0000-0001", "008613800000001", "１３８００００００01"]
)
def test_one_phone_however_written(text):
    assert read_phone(text) == "+8613800000001"


@pytest.mark.parametrize(
    "text", ["", "110", "010-65225661", "1380000000", "abc", "+1", "1" * 32, "\x00", "☎"]
)
def test_what_is_no_mobile_number_is_refused(text):
    assert read_phone(text) is None


def test_a_foreign_number_keeps_its_prefix():
    assert dialled(read_phone("+852 5123 4567")) == "+85251234567"


@pytest.mark.parametrize(
    "text",
    [
        "610102199003070017",  # check digit
        "610102199002300010",  # 30 February
        "999999199003070016",  # no such place
        "61010219900307001",
        "",
        "٦١٠١٠٢١٩٩٠٠٣٠٧٠٠١٦",
        "6101021990030700X6",
    ],
)
def test_a_wrong_identity_number_is_refused(text):
    assert read_id_number(text, TODAY) is None


def test_an_identity_number_from_the_future_is_refused():
    assert read_id_number("610102199003070016", date(1990, 3, 6)) is None
    assert read_id_number("610102199003070016", date(1990, 3, 7)) == "610102199003070016"


def test_a_lower_case_check_digit_is_read():
    assert read_id_number("11010519491231002x", TODAY) == "11010519491231002X"


def test_a_credit_code_is_checked():
    assert read_uscc("91610131ma6tdem00e") == "91610131MA6TDEM00E"
    assert read_uscc("91610131MA6TDEM00F") is None
    assert read_uscc("") is None


def test_the_people_of_the_demonstration_have_valid_numbers():
    for person in (demo.CITIZEN, demo.REPRESENTATIVE):
        assert read_phone(person.phone) == person.phone
        assert read_id_number(person.id_number, TODAY) == person.id_number
    assert read_uscc(demo.COMPANY.uscc) == demo.COMPANY.uscc


@given(st.text(max_size=40))
def test_no_text_makes_a_reader_fail(text):
    read_phone(text), read_id_number(text, TODAY), read_uscc(text)


def test_masks_keep_only_what_helps_to_recognise_oneself():
    assert mask_name("王小明") == "王**"
    assert mask_name("王") == "王*"
    assert mask_phone("+8613800000001") == "138****0001"
    assert mask_id_number("610102199003070016") == "6101**********0016"

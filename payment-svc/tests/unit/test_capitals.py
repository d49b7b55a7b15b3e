"""Amounts in capital characters: the examples of the rules, and what they leave to be thought of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_svc.domain.capitals import in_capitals

OF_THE_RULES = [
    ("1409.50", "壹仟肆佰零玖元伍角"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
    ("107000.53", "壹拾万零柒仟元伍角叁分"),
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "叁佰贰拾伍元零肆分"),
]
OTHERS = [
    ("20.00", "贰拾元整"),
    ("0.05", "伍分"),
    ("0.50", "伍角"),
    ("0.00", "零元整"),
    ("10.00", "壹拾元整"),
    ("10000.00", "壹万元整"),
    ("10010.00", "壹万零壹拾元整"),
    ("1001000.10", "壹佰万零壹仟元壹角"),
    ("100000000.00", "壹亿元整"),
    ("100000001.00", "壹亿零壹元整"),
    ("100100000.01", "壹亿零壹拾万元零壹分"),
    ("99999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
]
VALUES = {character: digit for digit, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(("yuan", "capitals"), OF_THE_RULES + OTHERS)
def test_amounts_are_written_as_the_rules_write_them(yuan, capitals):
    assert in_capitals(int(yuan.replace(".", ""))) == capitals


def read(capitals: str) -> int:
    """Cents, read back as a clerk does: digit by digit, each with its place."""
    total = group = digit = 0
    for character in capitals:
        if character in VALUES:
            digit = VALUES[character]
        elif character in PLACES:
            group, digit = group + digit * PLACES[character], 0
        elif character in "万亿元":
            group, digit = group + digit, 0
            if character == "万":
                total, group = total + group * 10_000, 0
            elif character == "亿":
                total, group = (total + group) * 10**8, 0
            else:
                total, group = (total + group) * 100, 0
        elif character in "角分":
            total, digit = total + digit * {"角": 10, "分": 1}[character], 0
    return total


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back_as_the_same_amount(cents):
    written = in_capitals(cents)
    assert read(written) == cents
    assert "零零" not in written and ("零元" not in written or cents == 0)


def test_what_no_receipt_carries_is_refused():
    for cents in (-1, 10**15):
        with pytest.raises(ValueError):
            in_capitals(cents)

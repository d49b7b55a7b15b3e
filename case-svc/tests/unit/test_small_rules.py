"""Numbers, masks, routing, differences, and the words of the history."""

from datetime import UTC, datetime

import pytest
from case_svc.domain.case_number import case_number, read_case_number
from case_svc.domain.differences import differences
from case_svc.domain.errors import PlaceUnknown
from case_svc.domain.item import Item
from case_svc.domain.masking import masked_name
from case_svc.domain.remedy import remedy_text
from case_svc.domain.routing import Places, Unit, Window, choose_place
from case_svc.domain.timeline import Entry, sentence

PLACES = Places(
    units=[
        Unit("CITY-HUZHENG", "市局", None),
        Unit("XC-HUZHENG", "新城", "XC"),
        Unit("BL-HUZHENG", "碑林", "BL"),
    ],
    windows=[Window("W-XC-01", "新城窗口", "XC", ("HUZHENG",))],
)


def test_a_case_number_carries_the_day_in_shanghai() -> None:
    number = case_number(42, datetime(2026, 11, 22, 16, 30, tzinfo=UTC))
    assert number == "XA261123-0000042"
    assert read_case_number(f" {number.lower()} ") == number
    assert read_case_number("XA26112-42") is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("欧阳娜娜", "欧***"), ("西安某某科技有限公司", "西安***"), (" ", "*")],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_city_items_keep_no_place(make_item) -> None:
    item = Item(make_item(handled_at="city"))
    assert choose_place(item, PLACES, "BL", "W-XC-01") == (None, None)


def test_a_window_decides_the_branch(make_item) -> None:
    item = Item(make_item(handled_at="window"))
    assert choose_place(item, PLACES, None, "W-XC-01") == ("XC", "W-XC-01")


@pytest.mark.parametrize(("branch", "window"), [("ZZ", None), (None, "W-BL-09"), ("BL", "W-XC-01")])
def test_a_place_that_does_not_handle_the_item_is_refused_with_options(make_item, branch, window) -> None:
    with pytest.raises(PlaceUnknown) as refused:
        choose_place(Item(make_item(handled_at="window")), PLACES, branch, window)
    assert refused.value.members["options"]


def test_differences_of_two_versions_are_listed(make_item, make_schema, make_upload) -> None:
    text = {"type": "string", "title": "用途"}
    old = make_item(
        form_schema=make_schema({"a": text, "b": text}), materials=(make_upload("m1", name="甲"),)
    )
    new = make_item(
        version=2,
        fee_cents=500,
        form_schema=make_schema({"a": {**text, "maxLength": 5}, "c": text}),
        materials=(make_upload("m1", name="乙"), make_upload("m2", name="甲")),
    )
    found = {(entry["path"], entry["change"]) for entry in differences(old, new)}
    assert found == {
        ("/fee_cents", "changed"), ("/form/a", "changed"), ("/form/b", "removed"), ("/form/c", "added"),
        ("/materials/乙", "added"),
    }  # fmt: skip
    assert not differences(new, new)


def test_the_remedy_says_what_one_can_do() -> None:
    assert "行政复议" in remedy_text(True)[0] and "六个月" in remedy_text(True)[0]
    assert "不适用" in remedy_text(False)[0]


def test_a_deadline_is_told_as_the_day_it_ends() -> None:
    facts = {"promise_due_at": "2026-11-25T16:00:00+00:00", "provisional": False}
    at = datetime(2026, 11, 23, tzinfo=UTC)
    zh, en = sentence(Entry(3, "accept", "submitted", "accepted", "officer", None, at, facts, {}))
    assert "2026年11月25日24时" in zh and "2026-11-25" in en
    zh, _ = sentence(Entry(3, "accept", "submitted", "accepted", "clock", None, at, facts, {}))
    assert "视为受理" in zh
    zh, _ = sentence(
        Entry(3, "accept", "submitted", "accepted", "officer", None, at, facts | {"provisional": True}, {})
    )
    assert "可能顺延" in zh

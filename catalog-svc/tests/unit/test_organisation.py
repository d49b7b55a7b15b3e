from typing import Any

import pytest
from catalog_svc.domain.organisation import (
    Branch,
    Department,
    Organisation,
    Unit,
    Window,
    opening_hours_words,
    service_points,
)

MORNING = {"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "12:00"}
AFTERNOON = {"days": [1, 2, 3, 4, 5], "opens": "13:00", "closes": "17:00"}
ORGANISATION = Organisation(
    departments=[Department("HUZHENG", "户政", "Household"), Department("CRJ", "出入境", "Exit and Entry")],
    branches=[Branch("BL", "碑林分局", "碑林", "Beilin"), Branch("YT", "雁塔分局", "雁塔", "Yanta")],
    units=[
        Unit("CITY-HUZHENG", "市局户政", "City household", "HUZHENG", None),
        Unit("BL-HUZHENG", "碑林户政", "Beilin household", "HUZHENG", "BL"),
        Unit("YT-HUZHENG", "雁塔户政", "Yanta household", "HUZHENG", "YT"),
        Unit("CITY-CRJ", "市局出入境", "City exit and entry", "CRJ", None),
    ],
    windows=[Window("W-BL-01", "碑林户政窗口", "BL", ["HUZHENG", "CRJ"], [MORNING, AFTERNOON])],
)


def codes(point: dict[str, Any]) -> list[tuple[str | None, list[str]]]:
    return [
        (place["unit"] and place["unit"]["code"], [window["code"] for window in place["windows"]])
        for place in point["places"]
    ]


def test_city_items_are_served_by_the_citys_unit():
    point = service_points(ORGANISATION)["HUZHENG", "city"]
    assert codes(point) == [("CITY-HUZHENG", [])]
    assert point["choose"] is None


def test_branch_items_are_served_by_the_units_of_all_branches():
    point = service_points(ORGANISATION)["HUZHENG", "branch"]
    assert codes(point) == [("BL-HUZHENG", ["W-BL-01"]), ("YT-HUZHENG", [])]
    assert point["choose"] == "branch"


def test_window_items_are_served_by_the_windows_of_the_department():
    points = service_points(ORGANISATION)
    assert codes(points["HUZHENG", "window"]) == [("BL-HUZHENG", ["W-BL-01"])]
    assert codes(points["CRJ", "window"]) == [(None, ["W-BL-01"])]


@pytest.mark.parametrize(
    ("hours", "zh"),
    [
        ([MORNING, AFTERNOON], "周一至周五 09:00–12:00，13:00–17:00"),
        (
            [MORNING, {"days": [6], "opens": "09:00", "closes": "12:00"}],
            "周一至周五 09:00–12:00；周六 09:00–12:00",
        ),
        ([{"days": [1, 3, 5], "opens": "09:00", "closes": "12:00"}], "周一、周三、周五 09:00–12:00"),
        ([{"days": [6, 7], "opens": "09:00", "closes": "16:00"}], "周六、周日 09:00–16:00"),
        ([], ""),
    ],
)
def test_opening_hours_read_as_on_the_door(hours: list[dict[str, Any]], zh: str):
    assert opening_hours_words(hours).zh == zh

"""The organisation file and its linter."""

from collections import Counter
from copy import deepcopy

import pytest
from identity_svc.application.load_organisation import parse_organisation
from identity_svc.domain.organisation_lint import OrganisationFileInvalid, read_organisation
from identity_svc.settings import ORGANISATION_FILE

GOOD = {
    "departments": [{"code": "HUZHENG", "name": "户政", "name_en": "Household", "hotline": None}],
    "branches": [{"code": "XC", "name": "新城分局", "short_name": "新城", "name_en": "Xincheng"}],
    "windows": [
        {
            "code": "W-XC-01",
            "name": "户政窗口",
            "branch": "XC",
            "departments": ["HUZHENG"],
            "opening_hours": [{"days": [1, 2], "from": "09:00", "to": "12:00"}],
        }
    ],
}


def findings(change):
    raw = deepcopy(GOOD)
    change(raw)
    with pytest.raises(OrganisationFileInvalid) as caught:
        read_organisation(raw)
    return [str(finding) for finding in caught.value.findings]


def test_the_shipped_file_is_whole():
    organisation = parse_organisation(ORGANISATION_FILE.read_bytes())

    assert (len(organisation.departments), len(organisation.branches)) == (10, 19)
    assert len(organisation.windows) == 311
    assert len(organisation.units) == 19 * 10 + 10
    assert Counter(unit.branch for unit in organisation.units)[None] == 10


def test_units_are_named_after_their_branch_and_department():
    units = {unit.code: unit for unit in parse_organisation(ORGANISATION_FILE.read_bytes()).units}

    assert units["XC-HUZHENG"].name == "西安市公安局新城分局 · 户政（人口管理）"
    assert units["CITY-CRJ"].name_en == "Xi'an Public Security Bureau · Exit and Entry Administration"


def set_window(**fields):
    return lambda raw: raw["windows"][0].update(fields)


def hours(**fields):
    return set_window(opening_hours=[{"days": [1], "from": "09:00", "to": "12:00"} | fields])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda raw: raw.pop("branches"), "branches: must be a list"),
        (lambda raw: raw.update(extra=[]), "extra: unknown section"),
        (lambda raw: raw["departments"].append("HUZHENG"), "departments[1]: must be a mapping"),
        (lambda raw: raw["departments"][0].pop("name_en"), "departments[0] HUZHENG: lacks `name_en`"),
        (lambda raw: raw["departments"][0].update(colour="blue"), "unknown field `colour`"),
        (lambda raw: raw["departments"][0].update(name=" 户政"), "`name` must be text"),
        (lambda raw: raw["departments"][0].update(name=7), "`name` must be text"),
        (lambda raw: raw["departments"].append(raw["departments"][0]), "already used by departments[0]"),
        (lambda raw: raw["branches"][0].update(code="xc"), "code must match"),
        (lambda raw: raw["branches"][0].update(code="CITY"), "cannot be a branch"),
        (lambda raw: raw["branches"].append(raw["branches"][0] | {"code": "HUZHENG"}), "already used by"),
        (set_window(branch="YT"), "unknown branch YT"),
        (set_window(code="W-YT-01"), "code must begin with W-XC-"),
        (set_window(departments=[]), "must list at least one department"),
        (set_window(departments=["JIAOJING"]), "unknown department JIAOJING"),
        (set_window(departments=["HUZHENG", "HUZHENG"]), "listed twice"),
        (set_window(opening_hours=[]), "must list at least one period"),
        (hours(days=[0]), "ISO weekdays"),
        (hours(days=[True]), "ISO weekdays"),
        (hours(to="24:00"), "written 'HH:MM'"),
        (hours(to=720), "written 'HH:MM'"),
        (hours(to="08:00"), "not before it closes"),
        (hours(lunch="12:00"), "exactly days, from and to"),
        (
            set_window(
                opening_hours=[
                    {"days": [1, 2], "from": "09:00", "to": "12:00"},
                    {"days": [2], "from": "11:00", "to": "13:00"},
                ]
            ),
            "overlaps another period of day 2",
        ),
    ],
)
def test_each_mistake_is_found(change, expected):
    assert any(expected in finding for finding in findings(change)), findings(change)


def test_all_mistakes_are_told_at_once():
    def spoil(raw):
        raw["departments"][0].pop("name")
        raw["branches"][0]["code"] = "x"
        raw["windows"][0]["departments"] = ["NOBODY"]

    assert len(findings(spoil)) >= 4  # and the window's branch is unknown now


@pytest.mark.parametrize("text", [b"", b"- 1", b"{", b"\xff\xfe", b"departments: [1"])
def test_what_is_no_organisation_is_refused_as_a_finding(text):
    with pytest.raises(OrganisationFileInvalid):
        parse_organisation(text)

"""Where a further assignment holds."""

import pytest
from contracts.tokens import Role, Scope


@pytest.mark.parametrize(
    ("place", "covered"),
    [
        ({"unit": "XC-HUZHENG"}, {"XC-HUZHENG"}),
        ({"department": "HUZHENG"}, {"XC-HUZHENG", "BL-HUZHENG", "CITY-HUZHENG"}),
        ({"branch": "XC"}, {"XC-HUZHENG", "XC-CRJ"}),
        ({"branch": "XC", "department": "CRJ"}, {"XC-CRJ"}),
        ({}, {"XC-HUZHENG", "BL-HUZHENG", "CITY-HUZHENG", "XC-CRJ"}),
    ],
)
def test_a_scope_covers_its_units_and_no_others(place, covered):
    scope = Scope(role=Role.OFFICER, **place)
    units = ("XC-HUZHENG", "BL-HUZHENG", "CITY-HUZHENG", "XC-CRJ")
    assert {unit for unit in units if scope.covers(unit)} == covered

"""Where a post and a further assignment hold."""

import pytest
from contracts.tokens import AccessClaims, Role, Scope


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


@pytest.mark.parametrize(
    ("post", "served"),
    [
        ({"unit": "XC-HUZHENG", "department": "HUZHENG", "rank": 4}, {"XC-HUZHENG"}),
        ({"unit": "XC-HUZHENG", "department": "HUZHENG", "roles": (Role.SUPERVISOR,)}, {"XC-HUZHENG"}),
        ({"unit": "CITY-HUZHENG", "department": "HUZHENG", "rank": 2}, set()),
        ({"unit": "CITY-HUZHENG", "department": "HUZHENG", "rank": 3}, {"XC-HUZHENG", "BL-HUZHENG"}),
        ({"unit": "CITY-HUZHENG", "department": "HUZHENG", "roles": (Role.SUPERVISOR,)}, {"XC-HUZHENG", "BL-HUZHENG"}),
        ({"unit": "CITY-HUZHENG", "department": "CRJ", "rank": 4}, set()),
        ({}, set()),
    ],
)  # fmt: skip
def test_a_post_serves_its_unit_and_the_citys_leaders_their_department(post, served):
    facts = {
        "iss": "i",
        "aud": "a",
        "sub": "s",
        "exp": 1,
        "iat": 1,
        "jti": "j",
        "roles": (Role.OFFICER,),
        **post,
    }
    claims = AccessClaims(**facts)
    units = (("XC-HUZHENG", "HUZHENG"), ("BL-HUZHENG", "HUZHENG"), ("XC-CRJ", "CRJ"))
    assert {unit for unit, department in units if claims.serves(unit, department)} == served

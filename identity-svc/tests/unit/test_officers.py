"""Who may hold which post, and who may change it."""

from uuid import uuid4

import pytest
from contracts.tokens import Role
from identity_svc.domain.demo import demo_officers
from identity_svc.domain.errors import OutsideAuthority, PostInvalid
from identity_svc.domain.officers import (
    Authority,
    Officer,
    Post,
    PostChange,
    changed_post,
    check_post,
    read_badge,
)
from identity_svc.domain.organisation import Branch, Department, Organisation

OFFICER, AUXILIARY, SUPERVISOR = Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR
OPERATOR, EDITOR = Role.OPERATOR, Role.CATALOG_EDITOR


def post(unit="XC-HUZHENG", rank=1, roles=(OFFICER,), **fields):
    place = (unit, "HUZHENG", "XC") if unit else (None, None, None)
    return Post(*place, rank=rank, roles=frozenset(roles), **fields)


@pytest.mark.parametrize(
    "good",
    [
        post(),
        post(rank=4),
        post(rank=0, roles=(AUXILIARY,)),
        post(rank=2, roles=(OFFICER, SUPERVISOR)),
        post(rank=2, roles=(SUPERVISOR,)),
        post(unit=None, rank=0, roles=(OPERATOR,)),
        post(unit=None, rank=0, roles=(OPERATOR, EDITOR)),
        post(rank=3, roles=(OFFICER, EDITOR)),
    ],
)
def test_posts_that_can_be_held(good):
    check_post(good)


@pytest.mark.parametrize(
    ("bad", "paths"),
    [
        (post(roles=()), {"/roles", "/rank"}),
        (post(roles=(Role.CITIZEN,)), {"/roles", "/rank"}),
        (post(roles=(OFFICER, Role.SERVICE)), {"/roles"}),
        (post(unit=None), {"/unit"}),
        (post(rank=0), {"/rank"}),
        (post(rank=1, roles=(AUXILIARY,)), {"/rank"}),
        (post(rank=1, roles=(AUXILIARY, OFFICER)), {"/roles"}),
        (post(rank=0, roles=(OPERATOR,)), {"/unit"}),
        (post(unit=None, rank=0, roles=(OFFICER, AUXILIARY)), {"/unit", "/roles", "/rank"}),
    ],
)
def test_impossible_posts_are_refused_with_every_reason(bad, paths):
    with pytest.raises(PostInvalid) as caught:
        check_post(bad)
    assert {error.path for error in caught.value.errors} == paths


def officer(**fields):
    return Officer(uuid4(), "XC-HUZHENG-1", "王建军", post(**fields), version=1)


def by(role, department=None):
    return Authority(uuid4(), frozenset({role}), department)


def test_a_supervisor_transfers_inside_the_department():
    changed = changed_post(
        officer(), PostChange(unit=("BL-HUZHENG", "HUZHENG", "BL")), by(SUPERVISOR, "HUZHENG")
    )
    assert (changed.unit, changed.branch) == ("BL-HUZHENG", "BL")


@pytest.mark.parametrize(
    "change",
    [
        PostChange(unit=("XC-JIAOJING", "JIAOJING", "XC")),
        PostChange(rank=2),
        PostChange(roles=frozenset({SUPERVISOR})),
        PostChange(active=False),
        PostChange(unit=("BL-HUZHENG", "HUZHENG", "BL"), rank=4),
    ],
)
def test_everything_else_is_an_administrators(change):
    with pytest.raises(OutsideAuthority):
        changed_post(officer(), change, by(SUPERVISOR, "HUZHENG"))
    changed_post(officer(), change, by(OPERATOR))


@pytest.mark.parametrize("role", [SUPERVISOR, OPERATOR])
def test_nobody_changes_their_own_post(role):
    someone = officer()
    with pytest.raises(OutsideAuthority):
        changed_post(someone, PostChange(rank=4), Authority(someone.id, {role}, "HUZHENG"))


@pytest.mark.parametrize(
    ("authority", "sees"),
    [
        (by(SUPERVISOR, "HUZHENG"), True),
        (by(SUPERVISOR, "CRJ"), False),
        (by(OPERATOR), True),
        (by(OFFICER), False),
    ],
)
def test_who_sees_an_officer_of_a_department(authority, sees):
    assert authority.may_see("HUZHENG") is sees


def test_a_supervisor_without_department_sees_no_staff():
    assert not by(SUPERVISOR).may_see(None)


@pytest.mark.parametrize("text", ["", "警", "A B", "-A", "A-", "A" * 33, "A--B", "A\nB"])
def test_badge_numbers_are_read_strictly(text):
    assert read_badge(text) is None
    assert read_badge(" xc-huzheng-1 ") == "XC-HUZHENG-1"


def test_every_demo_post_can_be_held_and_badges_are_unique():
    departments = tuple(Department(code, code, code) for code in ("HUZHENG", "JIAOJING"))
    organisation = Organisation(departments, (Branch("XC", "新城", "新城", "Xincheng"),), ())
    officers = demo_officers(departments, organisation.units)

    for one in officers:
        check_post(one.post)
        assert read_badge(one.badge_no) == one.badge_no
    badges = [one.badge_no for one in officers]
    assert len(set(badges)) == len(badges) == 2 * 4 + 1 + 3 * 2 + 2 + 6

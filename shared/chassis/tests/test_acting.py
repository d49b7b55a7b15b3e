"""Who acts for somebody else passes no door by itself."""

from uuid import uuid4

import pytest
from chassis.auth import Caller
from chassis.http.caller import CALLER_KEY, OnlyInPerson, allow
from chassis.problems import Forbidden
from contracts.tokens import AUDIENCE, ISSUER, AccessClaims, Actor, Role
from starlette.requests import Request


def request(role: Role = Role.CITIZEN, act: Actor | None = None) -> Request:
    claims = AccessClaims(
        iss=ISSUER, aud=AUDIENCE, sub=str(uuid4()), exp=2, iat=1, jti="1", roles=(role,), act=act
    )
    return Request({"type": "http", CALLER_KEY: Caller(claims)})


@pytest.fixture
def actor() -> Actor:
    return Actor(sub=uuid4(), mandate=uuid4())


@pytest.mark.parametrize("door", [allow(), allow(Role.CITIZEN)])
async def test_a_door_is_closed_to_actors_unless_it_says_otherwise(door, actor):
    assert (await door(request())).actor is None
    with pytest.raises(OnlyInPerson):
        await door(request(act=actor))


async def test_a_door_for_actors_is_open_to_owners_too_and_to_nobody_of_another_role(actor):
    door = allow(Role.CITIZEN, acting=True)
    assert (await door(request(act=actor))).actor == actor
    assert (await door(request())).actor is None
    with pytest.raises(Forbidden):
        await door(request(Role.COMPANY, actor))


async def test_what_a_door_allows_can_be_read(actor):
    assert allow(Role.CITIZEN).allows_acting is False
    assert allow(Role.CITIZEN, acting=True).allows_acting is True


@pytest.mark.parametrize(
    ("items", "departments", "covered"),
    [((), (), True), (("A-1",), (), True), (("A-2",), (), False), ((), ("A",), True), ((), ("B",), False),
     (("A-2",), ("A",), True), (("A-2",), ("B",), False)],
)  # fmt: skip
def test_a_mandate_covers_what_it_names_or_everything_when_it_names_nothing(items, departments, covered):
    actor = Actor(sub=uuid4(), mandate=uuid4(), items=items, departments=departments)
    assert actor.covers("A-1", "A") is covered

"""What the API document says of a route is read from its code."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import pytest
from chassis.http.description.patterns import text_of
from chassis.http.description.reading import CodeReader
from chassis.http.description.sampling import Sampler
from chassis.problems import Conflict, NotFound, Problem, TooManyRequests


class Lost(NotFound):
    slug = "lost"


class Taken(Conflict):
    slug = "taken"


class Store(Protocol):
    async def find(self, key: str) -> str: ...


class PgStore:
    async def find(self, key: str) -> str:
        if not key:
            raise Lost("没有", "none")
        return key


class Taking:
    """A use case that is an object."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, key: str) -> str:
        await self._store.find(key)
        raise Taken("有了", "taken")


@dataclass
class Desk:
    store: Store
    take: Taking
    limit: Callable[[], Awaitable[None]]

    async def kept(self, key: str) -> str:
        return await self.store.find(key)


def refusal() -> Problem:
    return TooManyRequests("太多", "too many")


async def through_a_port(desk: Desk) -> str:
    return await desk.store.find("x")


async def through_a_method(desk: Desk) -> str:
    return await desk.kept("x")


async def through_an_object(desk: Desk) -> str:
    return await desk.take("x")


async def through_a_helper() -> None:
    raise refusal()


async def caught(desk: Desk) -> str:
    try:
        return await desk.take("x")
    except Taken:
        return ""


async def caught_and_raised_again(desk: Desk) -> str:
    try:
        return await desk.take("x")
    except Taken:
        raise


async def only_asked_about(desk: Desk, error: Exception) -> bool:
    return isinstance(error, Taken)


@pytest.mark.parametrize(
    ("function", "problems"),
    [
        (through_a_port, {Lost}),
        (through_a_method, {Lost}),
        (through_an_object, {Lost, Taken}),
        (through_a_helper, {TooManyRequests}),
        (caught, {Lost}),
        (caught_and_raised_again, {Lost, Taken}),
        (only_asked_about, set()),
    ],
)
def test_problems_are_found_where_they_are_raised(
    function: Callable[..., object], problems: set[type]
) -> None:

    reader = CodeReader(__name__.split(".")[0])
    assert reader.problems_of(function) == problems


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{2,12}-[0-9]{3}$",
        r"^XA[0-9]{6}-[0-9]{7,10}$",
        r"^[A-Za-z0-9_-]{43}$",
        r"^(a|b)+\d{3}x?$",
        r"^[^\x00-\x1f]*$",
    ],
)
def test_a_text_is_found_for_a_pattern(pattern: str) -> None:
    found = text_of(pattern)
    assert found is not None and re.search(pattern, found)


def test_no_text_is_found_where_that_is_hard() -> None:
    assert text_of(r"^(?=.*\d)(?=.*[a-z]).{8,}$") is None


def test_examples_prefer_what_people_recognise() -> None:
    sampler = Sampler({}, {"branch": "XC", "rank": 2})
    schema = {
        "type": "object",
        "properties": {
            "branch": {"type": "string"},
            "rank": {"type": "integer", "minimum": 5},
            "closed": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    assert sampler.sample(schema) == {"branch": "XC", "rank": 5, "closed": None}


def test_schemas_that_contain_themselves_end() -> None:
    tree = {
        "type": "object",
        "properties": {"below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    assert str(Sampler({"Tree": tree}, {}).sample(tree)).count("below") < 10

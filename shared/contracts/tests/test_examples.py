"""The committed examples, which readers are tested with, keep the schemas and leave nothing out."""

import json

import jsonschema_rs
import pytest
from contracts.committed import EXAMPLES, Producer, closed_schema, example, schema
from contracts.documents import load_all

MODELS = load_all()


def test_every_event_has_one_example():
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_example_says_everything_its_schema_names(name: str):
    body = example(name)
    jsonschema_rs.validate(closed_schema(name), body, validate_formats=True)
    assert set(body) == set(schema(name)["properties"])
    assert json.loads(MODELS[name].model_validate(body).model_dump_json()) == body


@pytest.mark.parametrize("name", MODELS)
def test_older_and_newer_producers_keep_the_schema_too(name: str):
    for producer in (Producer.OLDER, Producer.NEWER):
        body = example(name, producer)
        jsonschema_rs.validate(schema(name), body, validate_formats=True)
    assert set(example(name, Producer.OLDER)) == set(schema(name)["required"])
    assert not jsonschema_rs.is_valid(closed_schema(name), example(name, Producer.NEWER))


def test_parts_of_an_event_grow_and_shrink_as_well():
    [older, *_] = example("catalog.item.published", Producer.OLDER)["definition"]["materials"]
    [newer, *_] = example("catalog.item.published", Producer.NEWER)["definition"]["materials"]
    [today, *_] = example("catalog.item.published")["definition"]["materials"]
    assert set(older) < set(today) < set(newer)


def test_an_example_can_be_about_something_else():
    assert example("payment.order.paid", amount_cents=5)["amount_cents"] == 5
    assert example("payment.order.paid")["amount_cents"] == 2000

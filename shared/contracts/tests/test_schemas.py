"""Every model against its committed schema: an incompatible change fails here, before it reaches a topic."""

import copy
import json
from pathlib import Path

import pytest
from contracts.documents import asyncapi, incompatibilities, load_all, schema_of
from contracts.topics import PRODUCERS

FOLDER = Path(__file__).parents[1] / "schemas"
MODELS = load_all()


@pytest.mark.parametrize("name", MODELS)
def test_model_is_compatible_with_its_committed_schema(name: str):
    path = FOLDER / f"{name}.json"
    assert path.exists(), f"run `make schemas`: {name} has no committed schema"
    committed = json.loads(path.read_text())
    present = json.loads(json.dumps(schema_of(MODELS[name])))
    assert incompatibilities(committed, present) == [], "give the changed event a new type instead"
    assert committed == present, "compatible, but not written down: run `make schemas`"


def test_no_schema_without_a_model():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(MODELS)


def test_every_event_goes_to_a_topic_of_its_own_context():
    for name, model in MODELS.items():
        assert model.TOPIC in PRODUCERS
        assert model.TOPIC.split(".")[0] == name.split(".")[0]
        assert model.KEY in model.model_fields


@pytest.mark.parametrize("change", ["remove", "retype", "require"])
def test_incompatible_changes_are_seen(change: str):
    old = schema_of(MODELS["payment.order.paid"])
    new = copy.deepcopy(old)
    if change == "remove":
        del new["properties"]["amount_cents"]
    elif change == "retype":
        new["properties"]["amount_cents"] = {"type": "string"}
    else:
        new["properties"]["tax_cents"] = {"type": "integer"}
    assert len(incompatibilities(old, new)) == 1


def test_adding_an_optional_field_is_compatible():
    old = schema_of(MODELS["payment.order.paid"])
    new = copy.deepcopy(old)
    new["properties"]["note"] = {"type": "string", "default": None, "title": "Note"}
    assert incompatibilities(old, new) == []


def test_asyncapi_names_every_event():
    document = asyncapi()
    assert set(document["components"]["messages"]) == set(MODELS)
    assert set(document["channels"]) == set(PRODUCERS)

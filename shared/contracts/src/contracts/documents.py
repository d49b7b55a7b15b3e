"""The contracts as documents: a JSON Schema for each event, and one AsyncAPI document for all."""

from typing import Any

from . import case, catalog, courier, evaluation, identity, payment, topics
from .events import Event, registered_events
from .readers import READERS

CONTEXTS = (identity, catalog, case, payment, courier, evaluation)


def load_all() -> dict[str, type[Event]]:
    """Every event model of ours by type name; importing this module has imported them all."""
    ours = {module.__name__ for module in CONTEXTS}
    return {name: model for name, model in sorted(registered_events().items()) if model.__module__ in ours}


def schema_of(model: type[Event]) -> dict[str, Any]:
    """JSON Schema 2020-12 of an event's body."""
    schema = model.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/schemas/{model.TYPE}.json",
        **schema,
    }


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0: who sends and who receives what on which topic; CloudEvents 1.0 in Kafka's binary mode."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for topic, producer in topics.PRODUCERS.items():
        channels[topic] = {
            "address": topic,
            "messages": {},
            "description": f"Sent by {producer}; key = aggregate id",
        }
    for name, model in load_all().items():
        messages[name] = {
            "name": name,
            "contentType": "application/json",
            "summary": (model.__doc__ or name).strip().splitlines()[0],
            "payload": schema_of(model),
        }
        channels[model.TOPIC]["messages"][name] = {"$ref": f"#/components/messages/{name}"}
    for topic in channels:
        operations[f"send_{_word(topic)}"] = {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}}
    operations |= _receptions()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Internet + police services: events", "version": "1"},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _receptions() -> dict[str, Any]:
    """An operation for each service and topic it reads, with the messages it takes there."""
    operations: dict[str, Any] = {}
    for model, readers in READERS.items():
        channel = f"#/channels/{model.TOPIC}"
        for service in readers:
            operation = operations.setdefault(
                f"{_word(service)}_receives_{_word(model.TOPIC)}",
                {"action": "receive", "channel": {"$ref": channel}, "messages": []},
            )
            operation["messages"].append({"$ref": f"{channel}/messages/{model.TYPE}"})
    return operations


def _word(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")


def incompatibilities(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Why `new` cannot stand for `old`: readers of the old one would break on the new one's events.

    Adding an optional field is compatible. Removing one, changing its schema, or requiring a new one is not:
    events kept in outboxes and histories must still be readable by the new model.
    """
    found = []
    was, now = old.get("properties", {}), new.get("properties", {})
    for name in was.keys() - now.keys():
        found.append(f"field {name} was removed")
    for name in was.keys() & now.keys():
        if _meaning(was[name], old) != _meaning(now[name], new):
            found.append(f"field {name} changed its schema")
    for name in now.keys() - was.keys():
        if "default" not in now[name]:
            found.append(f"field {name} is new and has no default")
    return sorted(found)


_PROSE = {"title", "description", "examples", "default"}


def _meaning(schema: Any, document: dict[str, Any]) -> Any:
    """A schema without its prose, its references followed."""
    if isinstance(schema, list):
        return [_meaning(item, document) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = document["$defs"][schema["$ref"].rpartition("/")[2]]
        return _meaning(target, document)
    return {
        key: (
            {name: _meaning(item, document) for name, item in value.items()}
            if key == "properties"
            else _meaning(value, document)
        )
        for key, value in schema.items()
        if key not in _PROSE or key == "properties"
    }

"""Events held against what is committed in `contracts`: what stands in an outbox, and what a reader makes of bytes.

`running` looks at outbox and audit log at the end of every test; the rest is for a service's `test_contracts.py`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs
from contracts.committed import Producer, closed_schema, example
from contracts.documents import load_all
from contracts.events import registered_events
from contracts.readers import types_read_by, types_told_by
from contracts.topics import PRODUCERS

from ..ids import uuid7
from ..service import Service

if TYPE_CHECKING:
    from .harness import Running

# Mobile numbers and ID numbers as they are written here; UUIDs, waybills and case numbers do not look so.
_PERSONAL: Final = re.compile(
    r"(?<![0-9A-Za-z-])(1[3-9]\d{9}|[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])\d{5}[0-9Xx])(?![0-9A-Za-z-])"
)


@dataclass(frozen=True, slots=True)
class Told:
    """One row of an outbox, its body as the bytes that will be sent."""

    type: str
    topic: str
    key: str
    version: int
    payload: bytes


async def outbox(service: Service) -> list[Told]:
    """What a service has told so far, oldest first."""
    rows = await service.pool.fetch("SELECT type, topic, key, version, payload FROM outbox ORDER BY id")
    return [Told(*row) for row in rows]


async def check_outbox(service: Service) -> None:
    """Fails with everything in the outbox that breaks a contract.

    Services without contracts are let be, and tests that took the database away.
    """
    if types_told_by(service.name) and (await service.readiness())["database"]:
        found = list(faults(service.name, await outbox(service)))
        assert not found, f"{service.name} tells what its contracts do not allow:\n" + "\n".join(found[:20])


async def check_audit(service: Service) -> None:
    """Fails when the audit log names somebody: it is kept for years, and nothing in it can be erased."""
    if (await service.readiness())["database"]:
        rows = await service.pool.fetch("SELECT action, actor, subject, facts FROM audit_log")
        found = [tuple(row) for row in rows if any(map(_PERSONAL.search, _texts(list(row.values()))))]
        assert not found, f"{service.name} audits what looks like phone or ID numbers: {found[:5]}"


def faults(service: str, told: Sequence[Told]) -> Iterator[str]:
    """What is wrong with these events of `service`, a line each."""
    versions: dict[tuple[str, str], int] = {}
    for event in told:
        for fault in _faults(service, event):
            yield f"{event.type} of {event.key}: {fault}"
        if event.version <= versions.get((event.topic, event.key), 0):
            yield f"{event.type} of {event.key}: version {event.version} does not follow the one before"
        versions[event.topic, event.key] = event.version


def _faults(service: str, event: Told) -> Iterator[str]:
    model = load_all().get(event.type)
    if model is None:
        yield "no schema of this type is committed"
        return
    if (event.topic, PRODUCERS.get(event.topic)) != (model.TOPIC, service):
        yield f"stands on {event.topic}, and belongs on {model.TOPIC}"
    body = json.loads(event.payload)
    for error in _validator(event.type).iter_errors(body):
        yield f"/{'/'.join(map(str, error.instance_path))} {error.message}"
    if event.key != str(body.get(model.KEY)):
        yield f"its key is not its {model.KEY}"
    for text in _texts(body):
        if _PERSONAL.search(text):
            yield f"looks like a phone or ID number: {text}"


@cache
def _validator(type: str) -> Any:
    return jsonschema_rs.validator_for(closed_schema(type), validate_formats=True)


def _texts(value: Any) -> Iterator[str]:
    """Every value in a JSON document, as text."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)


async def assert_told_everything(service: Service, *, but_never: Sequence[str] = ()) -> None:
    """The stories told so far brought every event type of `service`, and nothing of `but_never` in any of them."""
    told = await outbox(service)
    types = {event.type for event in told}
    assert types == types_told_by(service.name), types ^ types_told_by(service.name)
    texts = {text: event.type for event in told for text in _texts(json.loads(event.payload))}
    leaks = {secret: type for secret in but_never for text, type in texts.items() if secret in text}
    assert not leaks, leaks


def assert_reads(service: Service, types: Iterable[str]) -> None:
    """Exactly `types` are what the table of readers says that `service` reads, and what it has handlers for."""
    assert {model.TYPE for model in service.handlers} == types_read_by(service.name)
    assert set(types) == types_read_by(service.name)


async def taken(svc: "Running", type: str, producer: Producer, **values: Any) -> dict[str, Any]:
    """The committed example of `type`, as `producer` sends it, after the service has taken its bytes.

    Fails when it was parked, or is nobody's here. `values` make it about something the test knows.
    """
    body, event_id = example(type, producer, **values), uuid7()
    model = registered_events()[type]
    assert svc.service.applier.handles(type), f"{svc.service.name} has no handler for {type}"
    payload = json.dumps(body, ensure_ascii=False).encode()
    await svc.deliver_bytes(type, model.TOPIC, str(body[model.KEY]), payload, event_id)
    parked = [row["cause"] for row in await svc.parked() if row["event_id"] == event_id]
    assert not parked, f"{type} was parked: {parked}"
    assert await svc.service.pool.fetchval("SELECT true FROM inbox WHERE event_id = $1", event_id)
    return body

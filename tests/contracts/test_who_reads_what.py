"""One table says who reads which event; the wiring of every service, its tests and the map are held against it."""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.testing import TEST_KEYS
from contracts.readers import READERS, types_read_by, types_told_by
from contracts.topics import PRODUCERS
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("*-svc/pyproject.toml"))
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def build(name: str, folder: Path) -> Service:
    """The service as `bootstrap.py` wires it, with nothing behind it."""
    package = name.replace("-", "_")
    module = importlib.import_module(f"{package}.settings")
    settings = next(
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, ServiceSettings)
        and value.__module__ == module.__name__
    )
    given: dict[str, Any] = {"database_url": "postgresql://nowhere/none", "service_secret": "x", **TEST_KEYS}
    if name == "case-svc":
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        given |= {"files_url": str(folder), "document_key": pem}
    service: Service = importlib.import_module(f"{package}.bootstrap").build(
        settings(kafka_bootstrap="nowhere:9092", **given)
    )
    return service


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_handlers_for_what_the_table_says_it_reads(name: str, tmp_path: Path):
    service = build(name, tmp_path)
    assert service.name == name
    assert {model.TYPE for model in service.handlers} == types_read_by(name)


def test_table_names_services_that_there_are():
    named = {PRODUCERS[model.TOPIC] for model in READERS} | {
        name for readers in READERS.values() for name in readers
    }
    assert named <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_service_tests_its_end_of_the_contracts(name: str):
    """Where it tells: that its stories bring every type. Where it reads: every example, from every producer."""
    text = (ROOT / name / "tests" / "integration" / "test_contracts.py").read_text(encoding="utf-8")
    assert "assert_reads(" in text
    assert ("assert_told_everything(" in text) == bool(types_told_by(name))
    assert ("taken(" in text and "Producer)" in text) == bool(types_read_by(name))


def test_map_shows_the_event_of_every_edge_of_a_case():
    [section] = re.findall(r"^## The path of a case$(.*?)^## ", ARCHITECTURE, re.M | re.S)
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| ")]
    column = next(place for place, title in enumerate(rows[0]) if "case.case." in title)
    shown = {f"case.case.{name}" for row in rows[1:] for name in re.findall(r"`(\w+)`", row[column])}
    assert shown == {type for type in types_told_by("case-svc") if type.startswith("case.case.")}


def test_map_names_no_event_that_there_is_not():
    types = {model.TYPE for model in READERS}
    contexts = "|".join(sorted({type.split(".")[0] for type in types}))
    named = re.findall(rf"`((?:{contexts})\.[a-z_]+\.[a-z_]+)`", ARCHITECTURE)
    assert named and set(named) <= types

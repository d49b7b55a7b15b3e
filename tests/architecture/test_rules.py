"""Rules of the house that a machine can hold. Each says why it is one."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

ROOT = Path(__file__).parents[2]
SERVICES = ("identity-svc", "catalog-svc", "case-svc", "payment-svc", "courier-svc", "evaluation-svc")
PARTS = (
    *SERVICES,
    "gateway",
    "shared/chassis",
    "shared/contracts",
    "deploy/partners",
    "deploy/embedded",
    "deploy/demo",
    "deploy/clients",
)
GENERATED = "police_api"
"""The client in Python that `make clients` writes."""

MODULE_LINES = 400
FUNCTION_LINES = 60


def modules(*parts: str) -> Iterator[Path]:
    for part in parts or PARTS:
        found = sorted((ROOT / part / "src").rglob("*.py"))
        yield from (path for path in found if GENERATED not in path.parts)


def written_for_tests() -> Iterator[Path]:
    """All that is written for tests: modules of tests, their kits, benches and proofs."""
    for folder in (*(ROOT / part / "tests" for part in PARTS), ROOT / "tests"):
        yield from sorted(folder.rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_follow_the_map():
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]


def test_modules_and_functions_fit_on_a_few_screens():
    """What makes code ugly is the tail. A story told in a test may be longer than a function, no module of them is."""
    long_modules = [
        shown(path)
        for path in (*modules(), *written_for_tests())
        if len(path.read_text().splitlines()) > MODULE_LINES
    ]
    long_functions = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES and "migrations" not in path.parts
    ]
    assert not long_modules and not long_functions, (long_modules, long_functions)


def test_only_the_edge_commits():
    """One request, one transaction, one commit: the route, `begin()` and nobody else."""
    allowed = {
        "shared/chassis/src/chassis/http/route.py",
        "shared/chassis/src/chassis/service.py",
        "shared/chassis/src/chassis/messages/consumer.py",  # Kafka's offsets, no transaction
    }
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in modules(*SERVICES, "gateway", "shared/chassis")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        if shown(path) not in allowed
    ]
    assert not found, found


def test_sql_lives_in_persistence():
    """Someone who looks for a query finds it in one place."""
    statement = re.compile(
        r"^\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS)\b", re.S
    )
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in modules(*SERVICES)
        if not {"persistence", "persistence.py", "migrations"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value)
        if path.name != "persistence.py"
    ]
    assert not found, found


def test_only_settings_read_the_environment():
    """pinyin.py sets, for a library that knows no other switch, a variable of that library's."""
    allowed = {"catalog-svc/src/catalog_svc/domain/pinyin.py"}
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in modules(*SERVICES, "gateway", "shared/chassis")
        if path.name != "settings.py" and "testing" not in path.parts and shown(path) not in allowed
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert not found, found


def test_no_junk_drawers():
    names = {"utils", "common", "helpers", "misc", "util"}
    assert not [shown(path) for path in modules() if path.stem in names or names & set(path.parts)]


def test_nothing_fails_silently():
    """`except Exception: pass` is how money and papers get lost."""
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and all(
                isinstance(step, ast.Pass | ast.Continue) for step in node.body
            ):
                broad = node.type is None or (
                    isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
                )
                if broad:
                    found.append(f"{shown(path)}:{node.lineno}")
    assert not found, found


def test_chassis_knows_no_business_word():
    words = re.compile(
        r"\b(citizen|applicant|payment|shipment|courier|review|catalog(ue)?|fee|refund|parcel)\b", re.I
    )
    # The roles of a token are the contracts'; tests mint them.
    found = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in modules("shared/chassis")
        if "testing" not in path.parts and path.name not in ("errors.py",)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert not found, found


@pytest.mark.parametrize("service", SERVICES)
def test_dependencies_do_not_go_through_a_thread(service: str):
    """FastAPI runs a plain function in its thread pool: 0.3 ms a request for reading an attribute."""
    package = service.replace("-", "_")
    routers = importlib.import_module(f"{package}.bootstrap")
    assert routers
    plain = [
        f"{dependency.call}"
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith(f"{package}.")
        for router in vars(module).values()
        if isinstance(router, APIRouter)
        for route in router.routes
        if isinstance(route, APIRoute)
        for dependency in _flat(route.dependant)
        if not (inspect.iscoroutinefunction(dependency.call) or inspect.isasyncgenfunction(dependency.call))
    ]
    assert not plain, sorted(set(plain))


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for child in dependant.dependencies:
        yield from _flat(child)


@pytest.mark.parametrize("service", SERVICES)
def test_main_is_boring(service: str):
    package = service.replace("-", "_")
    lines = (ROOT / service / "src" / package / "main.py").read_text().splitlines()
    assert len(lines) <= 25


def test_no_secret_address_or_machine_path_is_committed():
    wrong = re.compile(
        r"(pypi|pythonhosted|npmjs|crates)[a-z.]*\.(org|com|io)/|[\"' (](/work/|/root/)"
        r"|BEGIN (RSA |EC )?PRIVATE KEY-+\\n?[A-Za-z0-9+/]{20}"
    )
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    found = []
    for name in listed:
        path = ROOT / name
        if path.is_file() and path.suffix in {
            ".py",
            ".md",
            ".yaml",
            ".yml",
            ".toml",
            ".lock",
            ".txt",
            ".sh",
            "",
        }:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if wrong.search(line) and path != Path(__file__):
                    found.append(f"{name}:{number}")
    assert not found, found[:20]


def test_the_platform_has_one_name():
    """People take two names for two sites, and one of them for a forgery. It stands in contracts/platform.py."""
    others = re.compile("警务服务平台|公安政务服务|Police Services|police services platform")
    texts = [
        path
        for part in PARTS
        for path in sorted((ROOT / part / "src").rglob("*"))
        if path.suffix in {".py", ".html", ".typ"} and GENERATED not in path.parts
    ]
    assert not [shown(path) for path in (*texts, ROOT / "Makefile") if others.search(path.read_text("utf-8"))]

"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from case_svc.api import cases, drafts, internal, materials, officers, submission
from case_svc.bootstrap import build
from case_svc.settings import CaseSettings
from chassis.problems.schema import PROBLEM_RESPONSES
from chassis.testing import TEST_KEYS, Tokens, bearer, databases
from chassis.testing.servers import free_port
from contracts.tokens import Role
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi import checks

MIGRATIONS = Path(__file__).parents[2] / "src/case_svc/migrations"
HELD: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@contextlib.contextmanager
def served(tokens: Tokens, database: str, files: Path, document_key: str) -> Iterator[str]:
    """The service on a port of its own, in a thread."""
    port = free_port()
    service = build(
        CaseSettings(
            database_url=database, kafka_bootstrap="127.0.0.1:1", identity_url="http://127.0.0.1:1",
            service_secret="test", files_url=str(files), document_key=document_key, **TEST_KEYS,
        )
    )  # fmt: skip
    service.verify_with(tokens.key_set)
    service.role = "api"
    server = uvicorn.Server(uvicorn.Config(service.app(), port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def address(
    postgres_url: str, tokens: Tokens, tmp_path_factory: pytest.TempPathFactory, document_key: str
) -> Iterator[str]:
    loop = asyncio.new_event_loop()
    clone = databases.cloned(postgres_url, MIGRATIONS)
    database = loop.run_until_complete(clone.__aenter__())
    with served(tokens, database, tmp_path_factory.mktemp("files"), document_key) as address:
        yield address
    loop.run_until_complete(clone.__aexit__(None, None, None))
    loop.close()


@pytest.fixture(scope="module")
def everybody(tokens: Tokens) -> dict[str, str]:
    """One caller who passes every door: what lies behind it shall be found."""
    roles = (Role.CITIZEN, Role.OFFICER, Role.SUPERVISOR, Role.SERVICE)
    account = "01900000-0000-7000-8000-00000000abcd"
    return bearer(tokens.mint(account, roles, ial=2, unit="XC-HUZHENG", department="HUZHENG", rank=3))


def document() -> dict[str, Any]:
    """What `python -m case_svc openapi` prints."""
    routers = (officers, cases, drafts, submission, materials, internal)
    app = FastAPI(responses=PROBLEM_RESPONSES)
    for module in routers:
        app.include_router(module.router)
    return app.openapi()


schema = schemathesis.openapi.from_dict(document())


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(
    case: schemathesis.Case, address: str, everybody: dict[str, str]
) -> None:
    case.call_and_validate(base_url=address, headers=everybody, checks=HELD)

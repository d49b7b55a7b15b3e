"""A service held to its own OpenAPI document: generated requests, good and bad, and every answer checked.

A test opens the service, says what exists in it, and tries every operation:

    with opened(postgres_url, MIGRATIONS, build_for, tokens) as held:
        held.do(held.running.deliver(case_completed))
        held.known |= {"case_id": [str(case_completed.case_id)]}
        for operation in held.operations():
            held.try_everything(operation)
        assert held.unreached() == set()
"""

import asyncio
import contextlib
import copy
import importlib
import itertools
import pkgutil
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.checks import CheckContext, CheckFunction, not_a_server_error
from schemathesis.config import CacheConfig, GenerationConfig, SchemathesisConfig
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from ..audit import witness
from ..http.event_stream import MEDIA_TYPE as STREAM
from ..http.idempotency import HEADER
from ..problems.rendering import MEDIA_TYPE, TYPE_BASE
from ..service import Service
from . import databases
from .doors import Callers, callers, doors
from .harness import Running
from .standing import Standing
from .tokens import Tokens, bearer


def _import_now(*packages: str) -> None:
    """Imports what schemathesis would import in the middle of a test.

    pytest rewrites its modules, so that importing one parses it; and Python before 3.11.5 breaks off when two threads
    parse at once (gh-106905). The other one is the service, when it formats an exception.
    """
    for package in packages:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
            with contextlib.suppress(ImportError):  # what needs an extra that is not here
                importlib.import_module(found.name)


_import_now(
    "schemathesis.core", "schemathesis.engine", "schemathesis.generation", "schemathesis.openapi",
    "schemathesis.reporting", "schemathesis.specs", "schemathesis.transport",
)  # fmt: skip

Result = TypeVar("Result")

FEW = settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""The same few requests in every run; what fails is shown as it was sent, for a second try meets other data."""


def errors_are_problems(ctx: CheckContext, response: Response, case: schemathesis.Case) -> None:
    """Whatever went wrong is said as RFC 9457 has it. Partners are told in the words of their own protocols."""
    if response.status_code < 400 or case.method.upper() == "HEAD" or case.path.startswith("/webhooks/"):
        return
    assert response.headers.get("content-type") == [MEDIA_TYPE], response.headers
    problem = response.json()
    told = case.operation.definition.raw.get("responses", {}).get(str(response.status_code), {})
    if "x-problems" in told:
        assert problem["type"].removeprefix(TYPE_BASE) in told["x-problems"], problem
    assert problem["type"].startswith(TYPE_BASE) and problem["status"] == response.status_code, problem
    assert problem["title"] and problem["detail"], problem


def undeclared_methods_are_405(ctx: CheckContext, response: Response, case: schemathesis.Case) -> bool | None:
    """With an `Allow` header; `/cases/queue` is also what `/cases/{case_id}` takes, with that one's methods."""
    for path, methods in case.operation.schema.raw_schema["paths"].items():
        if case.method.lower() in methods and re.fullmatch(
            re.sub(r"{\w+}", "[^/]+", path), case.formatted_path
        ):
            return None
    return checks.unsupported_method(ctx, response, case)


HELD: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    undeclared_methods_are_405,
    errors_are_problems,
]


_HEAD = {
    "service": "identity-svc", "number": 1, "hash": "ab" * 32, "rows": 1, "sealed_at": "2026-11-28T00:00:00Z",
    "signature": "",
}  # fmt: skip
"""Of the service as which `callers` call; for those that are witnesses."""


class Held:
    """A running service and what is known of its world.

    `known` maps names of parameters and members to values that exist, `at` does so for one operation, by its label,
    where "body" stands for the whole. They take the place of generated values that are merely well-formed, in two
    calls of three, a whole body in one: behind the 404 lies most of the service.
    """

    def __init__(self, standing: Standing, running: Running, app: FastAPI, callers: Callers) -> None:
        self.running = running
        self.url = standing.url
        self.known: dict[str, list[Any]] = {}
        self.at: dict[str, dict[str, list[Any]]] = {
            f"POST {witness.PATH}": {"body": [_HEAD]},
            f"GET {witness.PATH}": {"service": [_HEAD["service"]]},
        }
        self.answers: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.callers = callers
        """A token for each role; whom the service itself must know, a test puts there."""
        self._standing = standing
        self._app = app
        self._doors = doors(running.service)
        self._session = requests.Session()
        self._session.trust_env = False
        self._turn = itertools.count(1)

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Arranges or looks: `held.do(held.running.deliver(event))`."""
        return self._standing.do(work)

    def operations(self) -> list[APIOperation]:
        """What the service's document offers, but for streams: they would not end."""
        config = SchemathesisConfig(seed=1, cache=CacheConfig(enabled=False))
        document = schemathesis.openapi.from_dict(self._app.openapi(), config=config)
        found = [found.ok() for found in document.get_all_operations()]
        return [one for one in found if STREAM not in str(one.definition.raw["responses"].get("200"))]

    def try_everything(self, operation: APIOperation, most: int = 100) -> None:
        """The boundaries of its parameters and members, then a few draws of the whole, sound and unsound.

        `most` of the boundaries, evenly taken: a body of forty members has a thousand.
        """
        self._turn = itertools.count(1)  # what another operation was asked shifts nothing here
        boundaries = list(
            operation.schema.iter_coverage_cases(
                operation, generation_modes=list(GenerationMode), generation_config=GenerationConfig(),
                extra_data_source=None, error_feedback=None,
            )
        )  # fmt: skip
        for case in boundaries[:: len(boundaries) // most + 1]:
            self.check(case)
        drawn = strategies.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])
        FEW(given(drawn)(self.check))()

    def unreached(self) -> set[str]:
        """The operations tried that never did what they are for: generated data alone seldom gets that far."""
        return {label for label, answers in self.answers.items() if min(answers) >= 400}

    def check(self, case: schemathesis.Case) -> None:
        """Sends `case` as one of those who may, now and then as nobody, and holds the answer to the document."""
        turn = next(self._turn)
        if turn % 3:
            self._make_real(case, turn)
        headers = self._caller(case, turn)
        with contextlib.suppress(SerializationNotPossible):  # nobody draws a PDF
            self._hold(case, headers)

    def _hold(self, case: schemathesis.Case, headers: dict[str, str]) -> None:
        answer = case.call(base_url=self.url, session=self._session, headers=headers)
        self.answers[case.operation.label][answer.status_code] += 1
        case.validate_response(answer, HELD, headers=headers, transport_kwargs={"session": self._session})

    def _caller(self, case: schemathesis.Case, turn: int) -> dict[str, str]:
        roles = self._doors[case.operation.label]
        if roles is None or turn % 8 == 0:
            return {}
        fitting = sorted(roles)
        return bearer(self.callers[fitting[turn % len(fitting)]])

    def _make_real(self, case: schemathesis.Case, turn: int) -> None:
        known = self.known | self.at.get(case.operation.label, {})
        _replace(case, ParameterLocation.PATH, known, turn)
        if case.meta is None or case.meta.generation.mode.is_negative:
            return  # what is wrong with it may be that it lacks something
        if "body" in known and turn % 3 == 1 and _is_sound(case, ParameterLocation.BODY):
            case.body = copy.copy(known["body"][turn // 3 % len(known["body"])])
        for location in (ParameterLocation.QUERY, ParameterLocation.HEADER, ParameterLocation.BODY):
            _replace(case, location, known, turn)
        if HEADER in case.headers:
            case.headers[HEADER] = f"turn-{turn}"  # else the second call of each route is a repetition


def _replace(
    case: schemathesis.Case, location: ParameterLocation, known: dict[str, list[Any]], turn: int
) -> None:
    values = case.get_container(location)
    if isinstance(values, MutableMapping) and _is_sound(case, location):
        for name in values.keys() & known.keys():
            if values[name] is not None:
                values[name] = known[name][turn % len(known[name])]


def _is_sound(case: schemathesis.Case, location: ParameterLocation) -> bool:
    found = case.meta.components.get(location) if case.meta else None
    return found is not None and found.mode.is_positive


@contextlib.contextmanager
def opened(
    postgres_url: str,
    migrations: Path,
    build: Callable[[str], Service],
    tokens: Tokens,
    *,
    own_keys: bool = False,
) -> Iterator[Held]:
    """The service that `build` makes for the URL of a fresh database, without workers, on a port of its own.

    `own_keys`: it verifies with its own key set, and the test puts its tokens in the place of `callers`.
    """
    loop = asyncio.new_event_loop()
    clone = databases.cloned(postgres_url, migrations)
    try:
        service = build(loop.run_until_complete(clone.__aenter__()))
        if not own_keys:
            service.verify_with(tokens.key_set)
        service.role = "api"
        app = service.app()
        with Standing(lambda: app) as standing:
            running = Running(service, httpx2.AsyncClient(base_url=standing.url), tokens)
            held = Held(standing, running, app, callers(tokens))
            held.known |= held.do(_stuck_work(running))
            yield held
            held.do(running.client.aclose())
    finally:
        loop.run_until_complete(clone.__aexit__(None, None, None))
        loop.close()


async def _stuck_work(running: Running) -> dict[str, list[Any]]:
    """Something for the operator's routes, which every service has."""
    async with running.uow() as uow:
        message = await uow.fetchval(
            "INSERT INTO parked_message (consumer, event_id, topic, key, headers, payload, cause) VALUES"
            " ('nobody', gen_random_uuid(), 'none', 'none', '{\"ce_type\": \"none\"}', '', 'a test') RETURNING id"
        )
        job = await uow.fetchval(
            "INSERT INTO job (kind, key, attempts, last_error) VALUES ('none', 'none', 9, 'a test') RETURNING id"
        )
    return {"message_id": [message], "job_id": [job]}

"""The router every service uses: one unit of work per request, committed before the answer leaves."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ..db.faults import is_infrastructure
from ..db.uow import UnitOfWork
from ..problems import InvalidInput, Problem, ServiceUnavailable
from ..problems.schema import PROBLEM_RESPONSES
from .body_limit import limited
from .caller import authenticate
from .dispatch import DirectRoute
from .idempotency import HEADER, IdempotentRequest, StillRunning
from .resolving import Resolved, resolve_into, split

UOW_KEY = "chassis.uow"
_READS = {"GET", "HEAD", "OPTIONS"}
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


async def current_uow(request: Request) -> UnitOfWork:
    uow: UnitOfWork = request.scope[UOW_KEY]
    return uow


Uow = Annotated[UnitOfWork, Depends(current_uow)]

Handle = Callable[[Request], Awaitable[Response]]


class TransactionalRoute(DirectRoute):
    """Authenticates, runs the endpoint, commits when it answered below 400; a repeated key gets its first answer."""

    answers_in_problems = True

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        policy = getattr(endpoint, "__idempotency__", "optional")
        methods = set(options.get("methods") or {"GET"})
        if policy != "never" and not methods <= _READS:
            options["openapi_extra"] = _with_key_header(options.get("openapi_extra"), policy == "required")
        endpoint, self.resolved = split(endpoint)
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Any]:
        run = super().get_route_handler()
        if set(self.methods) <= _READS:
            return _reading(run, self.resolved)
        return _Writing(run, self.resolved, self.endpoint).handle


class Router(APIRouter):
    """`fastapi.APIRouter` with the transactional route; its routes stand in the application itself, not below it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=TransactionalRoute, responses=PROBLEM_RESPONSES, **options)


class WebhookRouter(APIRouter):
    """For those who answer as a partner's protocol says: no unit of work, no caller, the body as it came.

    `Router` would refuse a NUL in it and answer in problem documents; what is authentic must be kept as it is.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=DirectRoute, **options)


def _reading(run: Handle, resolved: tuple[Resolved, ...]) -> Handle:
    async def handle(request: Request) -> Response:
        _refuse_nul_in_url(request)
        await authenticate(request)
        uow = UnitOfWork(request.app.state.pool, read_only=True)
        request.scope[UOW_KEY] = uow
        try:
            await resolve_into(request, resolved)
            return await run(request)
        except Exception as error:
            raise _translated(error) from error
        finally:
            await uow.rollback()

    return handle


class _Writing:
    """Runs one route's writes."""

    def __init__(self, run: Handle, resolved: tuple[Resolved, ...], endpoint: Callable[..., Any]) -> None:
        self._run = run
        self._resolved = resolved
        self._policy = getattr(endpoint, "__idempotency__", "optional")
        self._body_limit = getattr(endpoint, "__body_limit__", None)

    async def handle(self, request: Request) -> Response:
        _refuse_nul_in_url(request)
        request = limited(request, self._body_limit or request.app.state.service.settings.max_body_bytes)
        await authenticate(request)
        uow = UnitOfWork(request.app.state.pool)
        request.scope[UOW_KEY] = uow
        await resolve_into(request, self._resolved)
        await _refuse_nul_in_json(request)
        idempotent = await IdempotentRequest.of(request, self._policy)
        try:
            response = await self._run(request)
            if response.status_code >= 400:
                await uow.rollback()
                return await _earlier(idempotent, uow) or response
            if idempotent is not None:
                idempotent.keep(uow, response)
            committed = await uow.commit()
        except BaseException as error:
            await uow.rollback()
            # A repeated request often fails just because its first run changed the state.
            repeats = isinstance(error, Exception) and not is_infrastructure(error)
            try:
                earlier = await _earlier(idempotent, uow) if repeats else None
            except Exception as failed:  # the database may go away just now
                raise _translated(failed) from error
            if earlier is not None:
                return earlier
            raise _translated(error) from error
        request.app.state.service.committed(committed)
        return response


async def _earlier(idempotent: IdempotentRequest | None, uow: UnitOfWork) -> Response | None:
    if idempotent is None:
        return None
    try:
        return await idempotent.earlier_answer(uow)
    finally:
        await uow.rollback()


def _translated(error: BaseException) -> BaseException:
    """A database that is down is 503 and not 500: nothing was lost, and trying again is safe."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, asyncpg.UniqueViolationError) and error.constraint_name == "idempotency_key_pkey":
        return StillRunning(
            "相同的请求刚刚处理完，请重试。", "The same request has just been handled; try again."
        )
    if isinstance(error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
        return _bad_text()
    if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
        return ServiceUnavailable("系统繁忙，请重试。", "Busy just now; try again.", retry_after=1)
    if is_infrastructure(error):
        return ServiceUnavailable(
            "系统暂时不可用，未作任何更改，请稍后重试。",
            "Temporarily unavailable; nothing was changed. Try again shortly.",
        )
    return error


def _refuse_nul_in_url(request: Request) -> None:
    if b"%00" in request.scope["query_string"] or b"%00" in request.scope.get("raw_path", b""):
        raise _bad_text()


async def _refuse_nul_in_json(request: Request) -> None:
    # PostgreSQL's text takes neither NUL nor half a surrogate pair; said here once, not as a 500 from somewhere.
    if "json" not in request.headers.get("content-type", "json"):
        return
    body = await request.body()
    if b"\\u" in body and (_ESCAPED_NUL.search(body) or (_SURROGATE.search(body) and _lone_surrogate(body))):
        raise _bad_text()


def _lone_surrogate(body: bytes) -> bool:
    import json

    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except ValueError:
        return False
    return False


def _bad_text() -> InvalidInput:
    return InvalidInput(
        "内容中含有无法保存的字符（如 NUL），请删除后重试。",
        "The content has a character that cannot be kept (such as NUL); remove it and try again.",
    )


def _with_key_header(extra: dict[str, Any] | None, required: bool) -> dict[str, Any]:
    parameter = {
        "name": HEADER,
        "in": "header",
        "required": required,
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        "description": "唯一编号，重试时相同 · a unique id, the same when you retry (kept 24 h)",
    }
    extra = dict(extra or {})
    extra["parameters"] = [*extra.get("parameters", []), parameter]
    return extra

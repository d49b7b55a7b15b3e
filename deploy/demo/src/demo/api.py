"""The platform's HTTP, as a client sees it: calls, refusals, and waiting for what others do."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar, cast
from uuid import uuid4

import httpx2
from police_api import AuthenticatedClient, Client

T = TypeVar("T")
Json = Any
"""A JSON document as the platform sends it: its shape is the API document's matter."""


_SENT_ON = {"authorization", "content-type", "accept-language", "if-match"}
_UNPACKED = {"content-encoding", "content-length", "transfer-encoding"}


class Refused(Exception):
    """The platform answered 4xx or 5xx; `problem` is its problem document, where it sent one."""

    def __init__(self, method: str, path: str, status: int, problem: Json) -> None:
        said = problem.get("detail") or problem.get("title") or ""
        errors = "".join(f"\n    {error['path']}: {error['message']}" for error in problem.get("errors", []))
        super().__init__(f"{method} {path} → {status} {said}{errors}")
        self.status = status
        self.problem = problem


class NeverHappened(Exception):
    """What was waited for did not come in time."""


@dataclass
class Platform:
    """Where the platform is. `sandbox` and `control_token` open the partners' side, where there is one."""

    url: str
    sandbox: str = ""
    control_token: str = ""
    _client: httpx2.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """One request to the gateway, or to a full URL. Every write carries a new Idempotency-Key."""
        sent = {} if method == "GET" else {"Idempotency-Key": str(uuid4())}
        url = path if path.startswith("http") else self.url + path
        return await self._client.request(
            method, url, json=body, content=content, headers=sent | dict(headers or {})
        )

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer's JSON, None where it has no body; raises Refused for a 4xx or 5xx."""
        answer = await self.send(method, path, body, content=content, headers=headers)
        if answer.status_code >= 400:
            raise Refused(method, path, answer.status_code, _problem(answer))
        return answer.json() if answer.content else None

    def client(self, token: str = "") -> AuthenticatedClient:
        """The generated client; its requests are sent by `send`."""
        # What is open to all takes both kinds.
        found = AuthenticatedClient(self.url, token) if token else cast(AuthenticatedClient, Client(self.url))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        found.set_async_httpx_client(
            httpx2.AsyncClient(base_url=self.url, headers=headers, transport=_ByPlatform(self))
        )
        return found

    async def control(self, method: str, path: str, body: Json | None = None) -> Any:
        """The sandbox's control API."""
        headers = {"Authorization": f"Bearer {self.control_token}"}
        return await self.call(method, f"{self.sandbox}/control{path}", body, headers=headers)


class _ByPlatform(httpx2.AsyncBaseTransport):
    """Where the generated client's requests go: through `Platform.send`, whatever that does with them.

    What is refused is raised as Refused, so that answers are what an operation is for.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {name: value for name, value in request.headers.items() if name in _SENT_ON}
        if key := request.headers.get("idempotency-key"):
            headers["Idempotency-Key"] = key
        path = request.url.raw_path.decode("ascii")
        answer = await self._platform.send(
            request.method, path, content=await request.aread() or None, headers=headers
        )
        if answer.status_code >= 400:
            raise Refused(request.method, path, answer.status_code, _problem(answer))
        kept = {name: value for name, value in answer.headers.items() if name not in _UNPACKED}
        return httpx2.Response(answer.status_code, headers=kept, content=answer.content)


async def ask(operation: Any, *which: Any, client: AuthenticatedClient, **given: Any) -> Any:
    """What the platform answers to an operation of `police_api.api`, read as the API document says and given as JSON.

    Raises Refused for a 4xx or 5xx.
    """
    answer = await operation.asyncio_detailed(*which, client=client, **given)
    return _plain(answer.parsed)


def _plain(parsed: Any) -> Any:
    if isinstance(parsed, list):
        return [_plain(one) for one in parsed]
    return parsed.to_dict() if hasattr(parsed, "to_dict") else parsed


def _problem(answer: httpx2.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": answer.text[:200]}


async def once_possible(act: Callable[[], Awaitable[T]], *refusals: int, within: float = 60.0) -> T:
    """What `act` answers, once it is no longer refused with one of these statuses; then raises the refusal.

    Services learn of each other's news by events: what one has done, another may not know for a moment.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            return await act()
        except Refused as refused:
            if refused.status not in refusals or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


async def until(what: str, look: Callable[[], Awaitable[T | None]], within: float = 30.0) -> T:
    """What `look` finds, once it finds something; raises NeverHappened, naming `what`, after `within` s.

    None and False are nothing.
    """
    deadline = time.monotonic() + within
    pause = 0.03
    while True:
        found = await look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise NeverHappened(
                f"{int(within)} 秒内没有等到：{what} · did not happen in {int(within)} s: {what}"
            )
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.5)

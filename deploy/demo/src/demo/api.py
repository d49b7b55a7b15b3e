"""The platform's HTTP, as a client sees it: calls, refusals, and waiting for what others do."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx2

T = TypeVar("T")
Json = Any
"""A JSON document as the platform sends it: its shape is the API document's matter."""


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

    async def control(self, method: str, path: str, body: Json | None = None) -> Any:
        """The sandbox's control API."""
        headers = {"Authorization": f"Bearer {self.control_token}"}
        return await self.call(method, f"{self.sandbox}/control{path}", body, headers=headers)


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
    """What `look` finds, once it finds something; raises NeverHappened, naming `what`, after `within` s."""
    deadline = time.monotonic() + within
    pause = 0.03
    while True:
        found = await look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise NeverHappened(
                f"{int(within)} 秒内没有等到：{what} · did not happen in {int(within)} s: {what}"
            )
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.5)

"""A frontend that does not give up: what got no answer is asked again, under the same Idempotency-Key."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from demo.api import Json, Platform, Refused

_NO_ANSWER = (httpx2.NetworkError, httpx2.TimeoutException, httpx2.RemoteProtocolError)
_UNKNOWN_OUTCOME = (502, 503, 504)
_PAUSE = 0.2
_SESSIONS = "/api/identity/sessions"


@dataclass
class Patient(Platform):
    """`patience`: seconds until the last answer counts. `troubles` counts what was asked again, and why."""

    patience: float = 120.0
    troubles: Counter[str] = field(default_factory=Counter)

    async def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        sent = dict(headers or {})
        if method != "GET":
            sent.setdefault("Idempotency-Key", str(uuid4()))
        deadline = time.monotonic() + self.patience
        while True:
            try:
                answer = await super().send(method, path, body, content=content, headers=sent)
            except _NO_ANSWER as error:
                if time.monotonic() > deadline:
                    raise
                trouble = type(error).__name__
            else:
                trouble = _trouble(answer)
                if not trouble or time.monotonic() > deadline:
                    return answer
            self.troubles[trouble] += 1
            await asyncio.sleep(_PAUSE)


def _trouble(answer: httpx2.Response) -> str:
    """Why the same must be asked again; empty for an answer that says what became of it."""
    if answer.status_code in _UNKNOWN_OUTCOME or answer.status_code == 429:
        return str(answer.status_code)
    if answer.status_code == 409 and "still-running" in answer.text:
        return "still-running"
    return ""


@dataclass
class Door(Patient):
    """The platform as one person reaches it, logged in: a token that ran out is renewed on the way."""

    log_in: Mapping[str, str] = field(default_factory=dict, repr=False)
    _access: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def send(self, method: str, path: str, body: Json | None = None, **rest: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": str(uuid4())} | dict(rest.pop("headers", None) or {})
        while True:
            used = self._access
            own = headers | ({"Authorization": f"Bearer {used}"} if used else {})
            answer = await super().send(method, path, body, headers=own, **rest)
            if answer.status_code != 401 or path.startswith(_SESSIONS):
                return answer
            self.troubles["401"] += 1
            async with self._renewing:
                if self._access == used:
                    await self.renew()

    async def renew(self) -> None:
        """Another access token: by the refresh token, or by logging in where that one is not taken."""
        if self._refresh:
            answer = await Patient.send(
                self, "POST", f"{_SESSIONS}/refresh", {"refresh_token": self._refresh}
            )
            if answer.status_code == 200:
                return self.admit(answer.json())
        answer = await Patient.send(self, "POST", _SESSIONS, dict(self.log_in))
        if answer.status_code != 201:
            raise Refused("POST", _SESSIONS, answer.status_code, answer.json())
        self.admit(answer.json())

    def admit(self, session: Json) -> None:
        """Takes the tokens of a session just opened."""
        self._access, self._refresh = session["access_token"], session["refresh_token"]

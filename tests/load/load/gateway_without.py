"""`python -m load.gateway_without FEATURE`: the gateway with one of its parts taken out, to see what that costs.

What a setting switches off the bench switches off by it; here is what nobody may switch off.
"""

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from chassis.auth.caller import Caller
from chassis.auth.verifier import TokenVerifier
from chassis.http_client import Answer
from gateway.proxy import app, response_head
from gateway.proxy.upstream import Upstream
from gateway.revocations.view import UnrevokedTokens

from gateway import bootstrap, main, server


class _Believing(UnrevokedTokens):
    """Checks the first token, and takes every other for the same."""

    _only: Caller | None = None

    async def verify(self, token: str) -> Caller:
        if self._only is None:
            self._only = await super().verify(token)
        return self._only


class _Straight(Upstream):
    """Always the first instance, whatever became of it."""

    async def request(self, service: str, method: bytes, target: bytes, *rest: Any) -> Answer:
        headers, body, silence = rest
        pool = self._services[service].instances[0].pool
        return await pool.request(method, target, headers, body, silence=silence)


class _Uncounted(app.Proxy):
    def _record(self, *_: Any) -> None:
        pass


def _token_check() -> None:
    bootstrap.UnrevokedTokens = _Believing  # type: ignore[misc]


def _revocations() -> None:
    bootstrap.UnrevokedTokens = lambda keys, _: TokenVerifier(keys)  # type: ignore[assignment, misc]


def _circuits() -> None:
    bootstrap.Upstream = _Straight  # type: ignore[misc]


def _metrics() -> None:
    bootstrap.Proxy = _Uncounted  # type: ignore[misc]


def _watch() -> None:
    app.Watch = lambda *_: contextlib.nullcontext()  # type: ignore[assignment, misc]


def _security_headers() -> None:
    for ours in response_head._OURS.values():
        ours.clear()


def _framing() -> None:
    server.misread = lambda *_: None  # type: ignore[assignment]


PARTS: dict[str, Callable[[], None]] = {
    "token check, revocations included": _token_check,
    "revocations": _revocations,
    "instances and circuits": _circuits,
    "metrics": _metrics,
    "watch over callers and bodies": _watch,
    "security headers": _security_headers,
    "framing checks": _framing,
}

if __name__ == "__main__":
    for part in sys.argv[1:]:
        PARTS[part]()
    main.main()

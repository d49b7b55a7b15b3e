"""Asking identity-svc: what was revoked since we asked last."""

import time
from math import inf

from chassis.http_client import UpstreamError

from ..proxy.upstream import Upstream
from .channel import LookFailed
from .view import RevocationView

_PATH = "/internal/revocations"
_PATIENCE = 2.5


class FromIdentity:
    name = "identity"
    pause = 1.0
    failures = (UpstreamError,)

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._cursor: int | None = None

    async def look(self, view: RevocationView) -> None:
        began = time.monotonic()
        path = _PATH if self._cursor is None else f"{_PATH}?since={self._cursor}"
        status, body = await self._upstream.get_json("identity", path, _PATIENCE)
        if status != 200:
            raise LookFailed(f"identity answered {status}")
        view.learn((one["id"], one["forget_at"]) for one in body["revoked"])
        self._cursor = body["cursor"]
        view.covered(-inf, began)

    async def close(self) -> None:
        return None  # the connections are the proxy's

"""`Idempotency-Key`: same key and body, the first answer; kept with the effect, in its transaction."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from ..auth.caller import Caller
from ..db.flush import StoredAnswer
from ..db.uow import UnitOfWork
from ..problems import Conflict, FieldError, InvalidInput, Problem
from .caller import CALLER_KEY

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("location", "etag", "content-type", "cache-control")
# Kept for 24 hours at least: until housekeeping takes the row, the key stays what it was.
_LOOK = "SELECT body_hash, status, headers, body FROM idempotency_key WHERE scope = $1"


class IdempotencyKeyRequired(Problem):
    status = 400
    slug = "idempotency-key-required"
    title = ("缺少 Idempotency-Key", "Idempotency-Key is missing")


class IdempotencyKeyReused(InvalidInput):
    slug = "idempotency-key-reused"
    title = ("Idempotency-Key 已用于其他内容", "Idempotency-Key was used for something else")


class StillRunning(Conflict):
    slug = "still-running"
    title = ("同一请求正在处理", "The same request is still running")


def requires_idempotency_key(endpoint: Endpoint) -> Endpoint:
    """Marks a route that submits, decides, pays or refunds: without the header it answers 400."""
    endpoint.__idempotency__ = "required"  # type: ignore[attr-defined]
    return endpoint


def answer_not_stored(endpoint: Endpoint) -> Endpoint:
    """Marks a route whose answer carries tokens or secrets: it is never kept."""
    endpoint.__idempotency__ = "never"  # type: ignore[attr-defined]
    return endpoint


class IdempotentRequest:
    """One write under one key.

    Most requests come once, so nobody asks first: the answer is written with the effect, and where the key is there
    already, the whole commit fails and the first answer is looked up. One that runs at the same moment is waited for
    by the index itself.
    """

    def __init__(self, scope: bytes, body_hash: bytes) -> None:
        self._scope = scope
        self._body_hash = body_hash

    @classmethod
    async def of(cls, request: Request, policy: str) -> "IdempotentRequest | None":
        """None where no key was sent, or where answers are never stored. Raises on a missing or malformed key."""
        key = request.headers.get(HEADER)
        if key is None:
            if policy == "required":
                raise IdempotencyKeyRequired(
                    "请在 Idempotency-Key 头中给出一个唯一编号（如 UUID），重试时使用同一编号。",
                    "Send a unique Idempotency-Key header, such as a UUID, and the same one when you retry.",
                )
            return None
        if policy == "never":
            return None
        if not 1 <= len(key) <= 128 or not key.isprintable():
            raise InvalidInput(
                "Idempotency-Key 应为 1 至 128 个可见字符。",
                "Idempotency-Key must be 1 to 128 printable characters.",
                errors=[FieldError(HEADER, "长度或字符不对", "wrong length or characters")],
            )
        caller = request.scope.get(CALLER_KEY)
        who = "anonymous"
        if isinstance(caller, Caller):
            # What was answered to whoever acts for somebody is nobody else's answer, not even the owner's.
            who = f"{caller.subject} by {caller.actor.sub}" if caller.actor else caller.subject
        # From the scope: `request.url` would put a whole address together to take it apart again.
        place = "\n".join((who, request.method, request.scope["path"], key))
        body_hash = hashlib.sha256(request.scope["query_string"] + b"\n" + await request.body()).digest()
        return cls(hashlib.sha256(place.encode()).digest(), body_hash)

    async def earlier_answer(self, uow: UnitOfWork) -> Response | None:
        """The first answer under this key, None when there is none. Raises when it was used for something else."""
        row = await uow.read_row(_LOOK, self._scope)
        if row is None:
            return None
        if row["body_hash"] != self._body_hash:
            raise IdempotencyKeyReused(
                "这个 Idempotency-Key 已用于内容不同的请求，请换一个新的编号。",
                "This Idempotency-Key was used for a request with other content; use a new one.",
            )
        return Response(row["body"], row["status"], {**row["headers"], "Idempotency-Replayed": "true"})

    def keep(self, uow: UnitOfWork, response: Response) -> None:
        """Stores `response` with the commit. Failures are not kept: they changed nothing, and a retry may pass."""
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        uow.store_answer(
            StoredAnswer(self._scope, self._body_hash, response.status_code, headers, bytes(response.body))
        )

"""What the present piece of work belongs to: its request and its W3C trace.

One context variable for both, because every log line and every outbox row reads them.
"""

import contextlib
import re
from collections.abc import Iterator
from contextvars import ContextVar, Token
from dataclasses import dataclass

from ..chance import random_bytes

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")


@dataclass(slots=True)  # not frozen: made for every request and event, and that costs thrice as much
class WorkContext:
    """`trace_id` 32 and `span_id` 16 hex digits; `correlation_id` follows a case through all services."""

    request_id: str
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    sampled: bool = True
    correlation_id: str | None = None
    causation_id: str | None = None

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


_current: ContextVar[WorkContext | None] = ContextVar("work_context", default=None)


def current() -> WorkContext | None:
    return _current.get()


def request_id() -> str | None:
    context = _current.get()
    return context.request_id if context else None


def enter(context: WorkContext) -> Token[WorkContext | None]:
    return _current.set(context)


def leave(token: Token[WorkContext | None]) -> None:
    _current.reset(token)


@contextlib.contextmanager
def within(context: WorkContext | None) -> Iterator[None]:
    """Inside the work that `context` was taken from: for what is told on its behalf later, with others of a batch."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def continued(
    traceparent: str | None,
    request_id: str | None = None,
    *,
    correlation_id: str | None = None,
    causation_id: str | None = None,
) -> WorkContext:
    """A new span under `traceparent`; a missing or malformed one starts a new trace."""
    random = random_bytes(24).hex()
    match = _TRACEPARENT.match(traceparent) if traceparent else None
    trace_id, parent, sampled = (match[1], match[2], match[3] != "00") if match else (random[:32], None, True)
    return WorkContext(
        request_id=request_id or trace_id,
        trace_id=trace_id,
        span_id=random[32:],
        parent_span_id=parent,
        sampled=sampled,
        correlation_id=correlation_id,
        causation_id=causation_id,
    )

"""One event as a handler sees it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from contracts.events import Event

from ..db.uow import UnitOfWork

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """`time` is when the producer's transaction wrote it; `data` is the validated body."""

    id: UUID
    type: str
    time: datetime
    key: str
    data: E
    raw: bytes
    correlation_id: str | None = None


Handler = Callable[[Received[Any], UnitOfWork], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]

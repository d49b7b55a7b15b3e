"""A case as it moves: a stream of events for browsers, a waiting request for those who have none (mini-programs)."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from chassis.http import Router, Uow, allow
from chassis.http.caller import Caller
from chassis.http.event_stream import MEDIA_TYPE, EventStream, event
from chassis.service import Service
from fastapi import Depends, Header, Query, Request, Response

from ..application.follow_case import Followers, moves_since, read_status, wait_for_move
from ..domain.states import LABELS, State
from ..domain.timeline import Entry, sentence
from .dependencies import APPLICANTS, POLICE, Desk, Reader
from .views import MoveTold, StatusView

router = Router(prefix="/api/cases", tags=["live"])

_EXAMPLE = (
    'id: 3\nevent: status\ndata: {"case_id":"019d3a52-a1b2-7c3d-8e4f-5a6b7c8d9e0f","version":3,"state":"accepted"}'
    "\n\n"
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "事件流 · a stream of events",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


async def _followers(request: Request) -> Followers:
    found: Followers = request.app.state.followers
    return found


Following = Annotated[Followers, Depends(_followers)]
AnyReader = Annotated[Caller, Depends(allow(*APPLICANTS, *POLICE, acting=True))]
Version = Annotated[
    int | None, Query(ge=0, le=1_000_000_000, description="已看到的版本 · the version you have seen")
]
Seconds = Annotated[float, Query(ge=0, le=30, description="最长等待秒数 · how long to wait at most")]
LastEventId = Annotated[
    int | None,
    Header(
        alias="Last-Event-ID", ge=0, le=1_000_000_000, description="最后收到的事件 · the last event you got"
    ),
]


@router.get("/{case_id}/events", responses=_STREAM, response_class=Response)
async def follow_case(
    case_id: UUID,
    request: Request,
    uow: Uow,
    caller: AnyReader,
    reader: Reader,
    desk: Desk,
    followers: Following,
    last_event_id: LastEventId = None,
) -> EventStream:
    """办件状态实时推送（SSE） · The case's moves as they happen, as server-sent events.

    `status` says where the case is, `moved` each move since, its id is the case's version: with `Last-Event-ID` nothing
    is missed. `closed` says why it ends (`token_expired`, `restarting`, `unavailable`); come again then, with a new
    token if need be. At most six streams a caller.
    """
    service: Service = request.app.state.service
    service.streams.check(caller.subject)
    status = await read_status(desk, uow, reader, case_id, last_event_id)
    await uow.release()
    seen = status.case.version if last_event_id is None else last_event_id
    first = [_status_event(status.case.version, _where(status.case))] if last_event_id is None else []

    async def news() -> list[bytes]:
        nonlocal seen, first
        moves = await moves_since(desk, service.begin, case_id, seen)
        told, first = [*first, *map(_moved_event, moves)], []
        seen = max([seen, *(move.version for move in moves if move.version is not None)])
        return told

    return EventStream(
        service.streams,
        caller.subject,
        caller.claims.exp,
        lambda wake: followers.joined(case_id, wake),
        news,
    )


@router.get("/{case_id}/status")
async def get_status(
    case_id: UUID,
    request: Request,
    uow: Uow,
    caller: AnyReader,
    reader: Reader,
    desk: Desk,
    followers: Following,
    after: Version = None,
    wait: Seconds = 0,
) -> StatusView:
    """办件当前状态，可等待变化 · Where the case is, and its moves since `after`; waits for one if told to.

    For those who cannot take a stream: ask again with the `version` of the last answer.
    """
    status = await read_status(desk, uow, reader, case_id, after)
    if after is not None and wait > 0 and not status.moves:
        await uow.release()
        service: Service = request.app.state.service
        woken = asyncio.Event()
        with service.streams.opened(caller.subject, woken.set):
            await wait_for_move(
                followers, desk, service.begin, case_id, after, wait, woken, lambda: service.streams.closing
            )
        status = await read_status(desk, uow, reader, case_id, after)
    return StatusView(**_where(status.case), moves=[_told(move) for move in status.moves])


def _where(case: Any) -> dict[str, Any]:
    zh, en = LABELS[case.state]
    return {
        "case_id": case.id,
        "version": case.version,
        "state": case.state.value,
        "state_text": zh,
        "state_text_en": en,
        "promise_due_at": case.promise_due_at,
    }


def _told(move: Entry) -> MoveTold:
    state = State(move.to_state)
    (zh, en), (label, label_en) = sentence(move), LABELS[state]
    return MoveTold(
        version=move.version or 0,
        at=move.at,
        action=move.action,
        from_state=move.from_state,
        state=state.value,
        state_text=label,
        state_text_en=label_en,
        text=zh,
        text_en=en,
    )


def _status_event(version: int, where: dict[str, Any]) -> bytes:
    return event("status", where, version)


def _moved_event(move: Entry) -> bytes:
    return event("moved", _told(move).model_dump(mode="json"), move.version)

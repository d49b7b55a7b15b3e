"""Who waits for a case to move, and what wakes them."""

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from case_svc.application.follow_case import Followers, wait_for_move

LONG = 20.0


class History:
    """`moves` since what the waiting one has seen; `looked` counts how often they were asked for."""

    def __init__(self) -> None:
        self.moves: list[Any] = []
        self.looked = asyncio.Semaphore(0)

    async def edges_after(self, *_: Any) -> list[Any]:
        self.looked.release()
        return self.moves


@contextlib.asynccontextmanager
async def no_database():
    yield None


def waiting(history: History, followers: Followers, case_id: Any, ended: Any = lambda: False) -> Any:
    desk: Any = SimpleNamespace(history=history)
    woken = asyncio.Event()
    wait = wait_for_move(followers, desk, no_database, case_id, 1, LONG, woken, ended)
    return asyncio.create_task(wait), woken


async def test_who_is_woken_for_nothing_goes_on_waiting() -> None:
    history, followers, case_id = History(), Followers(), uuid4()
    task, _ = waiting(history, followers, case_id)
    await history.looked.acquire()
    for _ in range(3):
        followers.moved(case_id)
        await asyncio.wait_for(history.looked.acquire(), LONG)
    assert not task.done()
    history.moves = ["accept"]
    followers.moved(case_id)
    await asyncio.wait_for(task, LONG)


async def test_who_waits_is_let_go_when_waiting_has_ended() -> None:
    history, stopping = History(), []
    task, woken = waiting(history, Followers(), uuid4(), lambda: bool(stopping))
    await history.looked.acquire()
    stopping.append(True)
    woken.set()
    await asyncio.wait_for(task, LONG)

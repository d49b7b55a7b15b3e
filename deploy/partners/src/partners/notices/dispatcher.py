"""When each notice is sent: at once, late, held back, again by the schedule, or by the hand of control."""

import asyncio
import logging
from collections import defaultdict

from ..clock import now_ms
from ..faults import FaultBoard, Faults
from ..tempo import Tempo
from .book import Attempt, Notice, NoticeBook
from .postman import CONNECTIONS, Postman

log = logging.getLogger(__name__)


class Dispatcher:
    def __init__(self, book: NoticeBook, postman: Postman, board: FaultBoard, tempo: Tempo) -> None:
        self._book = book
        self._postman = postman
        self._board = board
        self._tempo = tempo
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._retries: dict[str, asyncio.TimerHandle] = {}
        self._held: defaultdict[str, list[Notice]] = defaultdict(list)  # `reorder_batch` not full yet
        self._waiting: defaultdict[str, dict[str, Notice]] = defaultdict(dict)  # the partner is down

    def start(self) -> None:
        """Take up what an earlier run left undelivered."""
        self._postman.open()
        now = now_ms()
        for notice in self._book.pending():
            self._retry_in(notice, max(0, notice.due_at - now) / 1000)

    async def stop(self) -> None:
        for timer in self._retries.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._postman.close()

    def submit(self, notice: Notice) -> asyncio.Task[None]:
        """After the commit of `notice`; the task ends with its first attempt (or when it is held back)."""
        return self._spawn(self._first(notice))

    def redeliver(self, notice: Notice) -> None:
        """Now, beside the schedule; a timer already set for it is moved up."""
        self._forget_timer(notice.notice_id)
        self._spawn(self._attempt(notice))

    def release(self, partner: str) -> None:
        """Faults were changed or cleared: what they held back goes out, newest first where reordered."""
        for notice in self._waiting.pop(partner, {}).values():
            self._spawn(self._attempt(notice))
        if held := self._held.pop(partner, None):
            self._spawn(self._in_turn(held[::-1]))

    async def _first(self, notice: Notice) -> None:
        faults = self._board.of(notice.partner)
        if faults.take("lose_next"):
            lost = Attempt(now_ms(), "dropped", acked=False, error="lost for good")
            self._book.record(notice, [lost], retry_at=None)
            return
        if faults.reorder_batch:
            held = self._held[notice.partner]
            held.append(notice)
            if len(held) >= faults.reorder_batch:
                del self._held[notice.partner]
                await self._in_turn(held[::-1])
            return
        if faults.late_ms:
            await asyncio.sleep(faults.late_ms / 1000)
        await self._attempt(notice)

    async def _in_turn(self, notices: list[Notice]) -> None:
        for notice in notices:
            await self._attempt(notice)

    async def _attempt(self, notice: Notice) -> None:
        faults = self._board.of(notice.partner)
        if faults.down:
            self._waiting[notice.partner][notice.notice_id] = notice
            return
        if faults.take("duplicate_next"):
            copies = (self._carry(notice, _kind(faults)) for _ in range(1 + faults.duplicate_copies))
            self._settle(notice, await asyncio.gather(*copies))
        else:
            self._settle(notice, [await self._carry(notice, _kind(faults))])

    async def _carry(self, notice: Notice, kind: str) -> Attempt:
        async with self._slots:
            return await self._postman.carry(notice, kind)

    def _settle(self, notice: Notice, attempts: list[Attempt]) -> None:
        notice.attempts += 1
        acked = any(attempt.acked for attempt in attempts)
        schedule = () if acked or not notice.on_schedule else self._postman.retry_seconds(notice)
        delay = self._tempo.retry_after(notice.attempts, schedule)
        self._book.record(notice, attempts, None if delay is None else now_ms() + round(delay * 1000))
        if delay is not None:
            self._retry_in(notice, delay)

    def _retry_in(self, notice: Notice, seconds: float) -> None:
        self._forget_timer(notice.notice_id)
        loop = asyncio.get_running_loop()
        self._retries[notice.notice_id] = loop.call_later(seconds, self._retry, notice)

    def _retry(self, notice: Notice) -> None:
        self._retries.pop(notice.notice_id, None)
        self._spawn(self._attempt(notice))

    def _forget_timer(self, notice_id: str) -> None:
        if timer := self._retries.pop(notice_id, None):
            timer.cancel()

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery broke off", exc_info=error)


def _kind(faults: Faults) -> str:
    if faults.drops():
        return "dropped"
    if faults.take("forge_next"):
        return "forged"
    return "stale" if faults.take("stale_next") else "genuine"

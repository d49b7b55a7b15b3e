"""Who follows a case live, and how they hear that it moved."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import structlog
from chassis.db import UnitOfWork
from chassis.db.faults import is_infrastructure
from chassis.jobs import Begin

from ..domain.case import Case
from ..domain.timeline import Entry
from .desk import Desk
from .read_case import Reader, readable_case

log = structlog.get_logger(__name__)

Wake = Callable[[], None]

_LOOK_SECONDS = 1.0
_MOST = 100
"""More moves than any case has."""


class Followers:
    """Wakes those who follow a case: at once when it moved in this process, within a second when in another.

    The second look is one statement for all cases that are followed, and none where nobody follows; those who move
    cases pay nothing for it.
    """

    def __init__(self) -> None:
        self._wakes: defaultdict[UUID, set[Wake]] = defaultdict(set)
        self._versions: dict[UUID, int] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def joined(self, case_id: UUID, wake: Wake) -> Iterator[None]:
        """While the block runs, `wake` is called when the case may have moved."""
        self._wakes[case_id].add(wake)
        try:
            yield
        finally:
            self._wakes[case_id].discard(wake)
            if not self._wakes[case_id]:
                del self._wakes[case_id]
                self._versions.pop(case_id, None)

    def moved(self, case_id: UUID) -> None:
        for wake in list(self._wakes.get(case_id, ())):
            wake()

    def begin(self, desk: Desk, begin: Begin) -> None:
        """Looks each second, until `end`."""
        self._looking = asyncio.create_task(self._keep_looking(desk, begin))

    async def end(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    async def look(self, desk: Desk, begin: Begin) -> None:
        """Wakes whoever follows a case that has another version than at the last look."""
        followed = list(self._wakes)
        if not followed:
            return
        async with begin() as uow:
            found = await desk.cases.versions(uow, followed)
        for case_id, version in found.items():
            if case_id in self._wakes and self._versions.get(case_id) != version:
                self._versions[case_id] = version
                self.moved(case_id)

    async def _keep_looking(self, desk: Desk, begin: Begin) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.look(desk, begin)
            except Exception as error:  # the next look comes
                if is_infrastructure(error):
                    log.info("followers_not_looked_for", cause=repr(error))
                else:
                    log.exception("followers_not_looked_for")


@dataclass(frozen=True, slots=True)
class Status:
    """Where a case is, and the moves since the version that was asked about."""

    case: Case
    moves: list[Entry]


async def read_status(
    desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID, after: int | None
) -> Status:
    """`after` None: no moves, only where it is. Raises CaseNotFound."""
    case = await readable_case(desk, uow, reader, case_id)
    moves = [] if after is None else await desk.history.edges_after(uow, case_id, after, _MOST)
    return Status(case, moves)


async def moves_since(desk: Desk, begin: Begin, case_id: UUID, version: int) -> list[Entry]:
    """For a stream, whose reader was let in when it began."""
    async with begin() as uow:
        return await desk.history.edges_after(uow, case_id, version, _MOST)


async def wait_for_move(
    followers: Followers,
    desk: Desk,
    begin: Begin,
    case_id: UUID,
    version: int,
    seconds: float,
    woken: asyncio.Event,
    ended: Callable[[], bool],
) -> None:
    """Returns when the case moved on from `version`, when `woken` is set and waiting has `ended`, or after `seconds`.

    No connection is held meanwhile.
    """
    with followers.joined(case_id, woken.set), contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            # Woken is not moved: the first look of all wakes whoever is there, not knowing what they have seen.
            while not (ended() or await moves_since(desk, begin, case_id, version)):
                await woken.wait()
                woken.clear()

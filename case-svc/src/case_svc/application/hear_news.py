"""News of other services about cases: all that came in one batch is read, decided and written together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.telemetry import context
from chassis.telemetry.context import WorkContext

from ..domain.case import Case, Circumstances, Moved, Note
from ..domain.errors import CaseNotFound
from .desk import Desk
from .record_move import announce

Tell = Callable[[Case, Circumstances, Any], Moved | Note | None]
"""What a piece of news makes of the case as it stands; None: it is no news."""


@dataclass(frozen=True, slots=True)
class News:
    """`work` is the event's own, so that what follows from it names it as its cause."""

    case_id: UUID
    event: Any
    tell: Tell
    work: WorkContext | None


async def hear_news(desk: Desk, uow: UnitOfWork, news: list[News]) -> None:
    """In the order in which they came; of two about one case, the second finds what the first left.

    One case that is not there fails the batch, whose events are then heard one by one.
    """
    cases = await desk.cases.lock_many(uow, {one.case_id for one in news})
    told: list[Moved | Note] = []
    for one in news:
        case = cases.get(one.case_id)
        if case is None:
            raise CaseNotFound
        around = await desk.around(uow, case)
        outcome = one.tell(case, around, one.event)
        if isinstance(outcome, Moved):
            with context.within(one.work):
                outcome = await announce(desk, uow, outcome, around)
            cases[case.id] = outcome.case
        if outcome is not None:
            told.append(outcome)
    if told:
        desk.cases.write_all(uow, told)

"""Every month: each courier's statement of the month before, fetched, loaded and matched; again until it is there.

It is looked at again for a month: a later version takes the place of the one before, and what it makes equal is no
difference any more.
"""

import asyncio
import hashlib
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import structlog
from chassis.clock import SHANGHAI, now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from chassis.telemetry.masking import masked_text

from courier_svc.domain.statement_errors import (
    DecisionNotPossible,
    MonthNotOver,
    StatementDifferenceNotFound,
    StatementNotFound,
)
from courier_svc.domain.statements import (
    Decision,
    Problem,
    Standing,
    Statement,
    StatementUnusable,
    last_over,
    month_before,
    next_look,
)

from .desk import FETCH_STATEMENT, MATCH_STATEMENT, Desk
from .ports import CourierUnavailable

log = structlog.get_logger(__name__)

_MONTHS_BACK: Final = 3
_AGAIN_IN: Final = timedelta(minutes=30)
_AT_ONCE: Final = 20


async def watch_statements(desk: Desk, job: Job, begin: Begin) -> None:
    """Recurring: awaits the statements of months that are over, and has due ones fetched."""
    at = now()
    last = last_over(at)
    if at.astimezone(SHANGHAI).day < desk.policy.statement_day:
        last = month_before(last)
    async with begin() as uow:
        first = await desk.statements.first_month(uow)
        months = [last]
        for _ in range(_MONTHS_BACK - 1):
            months.append(month_before(months[-1]))
        expected = [month for month in months if first is not None and month >= first]
        await desk.statements.expect(uow, list(desk.carriers.by_name), expected)
        for statement_id in await desk.statements.take_due(uow, _AGAIN_IN, _AT_ONCE):
            uow.enqueue(FETCH_STATEMENT, str(statement_id))


async def fetch_statement(desk: Desk, job: Job, begin: Begin) -> None:
    """Key: the statement. What was here before stays where nothing better came."""
    async with begin() as uow:
        one = await desk.statements.lock(uow, UUID(job.key))
    carrier = desk.carriers.by_name.get(one.courier) if one else None
    if one is None or carrier is None:
        async with begin() as uow:
            await job.done(uow)
        return
    try:
        content, sha256 = await carrier.calls.statement(one.month)
        lines = await asyncio.to_thread(desk.read_statement, content, sha256)
    except StatementUnusable as error:
        await _failed(desk, job, begin, one, error.problem)
        return
    except CourierUnavailable:
        await _failed(desk, job, begin, one, Problem.UNREACHABLE)
        return
    digest, at = hashlib.sha256(content).hexdigest(), now()
    async with begin() as uow:
        locked = await desk.statements.lock(uow, one.id)
        assert locked is not None
        if locked.digest != digest:
            locked = await desk.statements.load(uow, locked, digest, lines, at)
            log.info("statement_loaded", courier=one.courier, month=str(one.month), version=locked.version)
        await desk.statements.looked(uow, locked, at, next_look(one.month, at, tries=0, here=True), None)
        for statement_id in (one.id, *await desk.statements.neighbours(uow, locked)):
            uow.enqueue(MATCH_STATEMENT, str(statement_id))
        await job.done(uow)


async def match_statement(desk: Desk, job: Job, begin: Begin) -> None:
    """Key: the statement. The same over again where nothing changed."""
    async with begin() as uow:
        one = await desk.statements.lock(uow, UUID(job.key))
        if one is not None and one.version:
            found = await desk.statements.match(uow, one, desk.policy.tariffs[one.courier], now())
            log.info("statement_matched", courier=one.courier, month=str(one.month), differences=found)
        await job.done(uow)


async def fetch_again(desk: Desk, uow: UnitOfWork, courier: str, month: date, by: UUID) -> None:
    """An operator has it fetched and matched anew. Raises MonthNotOver, StatementNotFound."""
    if courier not in desk.carriers.by_name:
        raise StatementNotFound(courier, month)
    if month > last_over(now()):
        raise MonthNotOver(month)
    await desk.statements.expect(uow, [courier], [month])
    statement_id = str(await desk.statements.id_of(uow, courier, month))
    uow.enqueue(FETCH_STATEMENT, statement_id)
    uow.audit("courier.fetch_statement", actor=str(by), subject=statement_id, facts={"courier": courier})


async def decide_difference(
    desk: Desk, uow: UnitOfWork, difference_id: UUID, decision: Decision, note: str, by: UUID
) -> None:
    """Numbers of people in the note are masked. Raises StatementDifferenceNotFound, DecisionNotPossible."""
    one = await desk.statements.difference(uow, difference_id)
    if one is None:
        raise StatementDifferenceNotFound
    if one["state"] != Standing.OPEN:
        raise DecisionNotPossible(one["state"])
    await desk.statements.decide(uow, difference_id, decision, masked_text(note), by, now())
    facts = {"decision": decision.value, "kind": one["kind"], "courier": one["courier"]}
    uow.audit("courier.decide_difference", actor=str(by), subject=str(difference_id), facts=facts)


async def _failed(desk: Desk, job: Job, begin: Begin, one: Statement, problem: Problem) -> None:
    at = now()
    following = next_look(one.month, at, tries=one.tries, here=one.version > 0)
    async with begin() as uow:
        await desk.statements.looked(uow, one, at, following, problem)
        await job.done(uow)
    log.warning("statement_not_fetched", courier=one.courier, month=str(one.month), problem=problem)

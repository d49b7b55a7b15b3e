"""A service's part in the erasure of an account: once, with a report, and again when something kept becomes free."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from contracts.identity import AccountErased
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from ..clock import now
from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..jobs.job import Job
from ..messages.received import Handler, Received
from .keeping import ErasureReport, Outcome, PersonalData

ERASE_KEPT: Final = "chassis.erase_kept"
LATECOMERS: Final = timedelta(days=1)
"""Then it is erased once more: events of other topics that were on their way may have brought something."""
LAST_LATECOMERS: Final = timedelta(days=32)
"""And then: no outbox keeps an event for longer, so nothing can come any more."""
_LOOK_AGAIN: Final = timedelta(days=30)
_REPORT: Final = """INSERT INTO person_erasure (account_id, report, erased_at) VALUES ($1, $2, $3)
 ON CONFLICT (account_id) DO NOTHING"""

_ERASED_AT: Final = "SELECT erased_at FROM person_erasure WHERE account_id = $1"


def add_erasure_table(metadata: sa.MetaData) -> None:
    sa.Table(
        "person_erasure",
        metadata,
        sa.Column("account_id", PgUUID, primary_key=True),
        sa.Column("report", JSONB, nullable=False, comment="kinds and counts of that day, nobody's data"),
        sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=False),
    )


def create_erasure_table(bind: sa.Connection) -> None:
    """For the migration of a service that begins to keep something of people."""
    metadata = sa.MetaData()
    add_erasure_table(metadata)
    metadata.create_all(bind)


class _Undo(Exception):
    """Ends a preview, so that nothing of it stays."""


def erase_on_request(data: Callable[[], PersonalData]) -> Handler:
    """What the service does when it hears that an account was erased."""

    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        gone: AccountErased = event.data
        outcomes = await data().erase(uow, gone.account_id)
        report = [line.model_dump(mode="json") for line in outcomes]
        await uow.execute(_REPORT, gone.account_id, report, gone.erased_at)
        _audit(uow, gone.account_id, outcomes)
        uow.enqueue(ERASE_KEPT, str(gone.account_id), run_at=now() + LATECOMERS)

    return handle


def erases(service: Any, data: Callable[[], PersonalData]) -> None:
    """Gives `service` the job that erases what was kept, when its time is over."""

    async def run(job: Job, begin: Begin) -> None:
        async with begin() as uow:
            outcomes = await data().erase(uow, UUID(job.key))
            _audit(uow, UUID(job.key), outcomes)
            erased_at = await uow.fetchval(_ERASED_AT, UUID(job.key))
            following = _following(outcomes, erased_at + LAST_LATECOMERS)
            await (job.done(uow) if following is None else job.again(uow, following))

    service.job(ERASE_KEPT, run)


async def report_of(begin: Begin, data: PersonalData, account_id: UUID) -> ErasureReport:
    """What became of the data; before the account is erased, what would."""
    async with begin() as uow:
        report = await uow.read_value("SELECT report FROM person_erasure WHERE account_id = $1", account_id)
    if report is not None:
        return ErasureReport(done=True, outcomes=[Outcome.model_validate(line) for line in report])
    try:
        async with begin() as uow:
            outcomes = await data.erase(uow, account_id)
            raise _Undo
    except _Undo:
        return ErasureReport(done=False, outcomes=outcomes)


def _audit(uow: UnitOfWork, account_id: UUID, outcomes: list[Outcome]) -> None:
    facts = {
        kind: sum(line.count or 0 for line in outcomes if line.outcome == kind) for kind in ("erased", "kept")
    }
    uow.audit("person.erase", actor="platform", subject=str(account_id), facts=facts)


def _following(outcomes: list[Outcome], last_latecomers: datetime) -> datetime | None:
    """When something becomes free: the day after its last, wherever one counts. None: nothing will.

    What is not counted is not looked at again.
    """
    moment = now()
    following = [last_latecomers] if moment < last_latecomers else []
    for line in outcomes:
        if line.outcome == "kept" and line.count is not None:
            free = _day_after(line.until) if line.until else moment + _LOOK_AGAIN
            following.append(max(free, moment + LATECOMERS))
    return min(following, default=None)


def _day_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)

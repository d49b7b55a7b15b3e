"""Stuck work of one service: parked messages, failing jobs, unsent events; with cause, age and replay."""

from datetime import datetime
from typing import Annotated

from contracts.tokens import Role
from fastapi import Depends, Path, Request
from pydantic import BaseModel

from ..auth.caller import Caller
from ..jobs.runner import FAILING_AFTER
from ..problems import NotFound
from .caller import allow
from .route import Router, Uow

_LIMIT = 200


class ParkedMessage(BaseModel):
    """`retry_at` null: it waits for a person, or behind an earlier event of its key."""

    id: int
    type: str
    topic: str
    key: str
    cause: str
    attempts: int
    parked_at: datetime
    retry_at: datetime | None


class FailingJob(BaseModel):
    id: int
    kind: str
    key: str
    cause: str
    attempts: int
    created_at: datetime
    run_at: datetime


class UnsentEvents(BaseModel):
    """Events the relay could not yet send; `oldest` is when the first of them happened."""

    count: int
    oldest: datetime | None


class StuckWork(BaseModel):
    """Up to 200 of each, oldest first."""

    service: str
    parked_messages: list[ParkedMessage]
    failing_jobs: list[FailingJob]
    unsent_events: UnsentEvents


class Replayed(BaseModel):
    """`settled` false: it failed again; look at its new cause."""

    settled: bool


Operator = Annotated[Caller, Depends(allow(Role.OPERATOR))]
RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]  # what a bigint holds


def ops_router(service: str) -> Router:
    """`/api/ops/<service>/stuck` and its replays."""
    router = Router(prefix=f"/api/ops/{service}", tags=["ops"])

    @router.get("/stuck", summary="积压与卡住的工作 · Stuck work")
    async def stuck(uow: Uow, _: Operator) -> StuckWork:
        return await _stuck(service, uow)

    @router.post(
        "/parked-messages/{message_id}/replay",
        summary="重放消息及其后续 · Replay a message and those behind it",
    )
    async def replay(message_id: RowId, uow: Uow, request: Request, operator: Operator) -> Replayed:
        row = await uow.fetchrow("SELECT topic, key FROM parked_message WHERE id = $1", message_id)
        if row is None:
            raise NotFound(
                "没有这条消息，可能已处理。", "There is no such message; it may have been settled."
            )
        facts = {"topic": row["topic"], "key": row["key"]}
        uow.audit("ops.replay", actor=operator.subject, subject=str(message_id), facts=facts)
        return Replayed(settled=await request.app.state.service.replay(row["topic"], row["key"]))

    @router.post("/jobs/{job_id}/retry", summary="立即重试任务 · Retry a job now")
    async def retry(job_id: RowId, uow: Uow, request: Request, operator: Operator) -> FailingJob:
        row = await uow.fetchrow(
            "UPDATE job SET run_at = now(), leased_until = NULL WHERE id = $1 AND last_error IS NOT NULL"
            " RETURNING id, kind, key, last_error AS cause, attempts, created_at, run_at",
            job_id,
        )
        if row is None:
            raise NotFound(
                "没有这个失败的任务，可能已完成。", "There is no such failing job; it may have ended."
            )
        uow.audit("ops.retry", actor=operator.subject, subject=row["kind"], facts={"key": row["key"]})
        uow.after_commit(request.app.state.service.wake_jobs)
        return FailingJob(**dict(row))

    return router


async def _stuck(service: str, uow: Uow) -> StuckWork:
    parked = await uow.fetch(
        "SELECT id, headers->>'ce_type' AS type, topic, key, cause, attempts, parked_at, retry_at"
        " FROM parked_message ORDER BY id LIMIT $1",
        _LIMIT,
    )
    jobs = await uow.fetch(
        "SELECT id, kind, key, last_error AS cause, attempts, created_at, run_at FROM job"
        " WHERE last_error IS NOT NULL AND attempts >= $2 ORDER BY created_at LIMIT $1",
        _LIMIT,
        FAILING_AFTER,
    )
    unsent = await uow.fetchrow(
        "SELECT count(*) AS count, min(occurred_at) AS oldest FROM outbox WHERE sent_at IS NULL"
    )
    assert unsent is not None
    return StuckWork(
        service=service,
        parked_messages=[ParkedMessage(**dict(row)) for row in parked],
        failing_jobs=[FailingJob(**dict(row)) for row in jobs],
        unsent_events=UnsentEvents(**dict(unsent)),
    )

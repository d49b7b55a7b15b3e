"""What officers do: the queue by time left, acceptance, decisions, production, hand-over."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.http import IfMatch, Router, Uow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from fastapi import Query

from ..application.accept_case import accept_case as accept
from ..application.claim_case import claim_case as claim
from ..application.claim_case import release_case as release
from ..application.collect_case import collect_case as collect
from ..application.decide_case import decide_case as decide
from ..application.list_cases import list_queue
from ..application.produce_case import produce_case as produce
from ..application.reject_case import reject_case as reject
from ..application.request_supplement import request_supplement as request
from . import present
from .bodies import Claim, Decision, Rejection, SupplementRequest
from .cases import Cursor, Limit
from .dependencies import Desk, Police, SwornOfficer
from .views import CaseView, QueuedCase

router = Router(prefix="/api/cases", tags=["officers"])

OfUnit = Annotated[
    str | None,
    Query(
        max_length=40,
        description="单位代码或 all，限部门领导 · a unit or `all`, for leaders of the department",
    ),
]
QueuedState = Literal["submitted", "supplemented", "accepted", "in_production"]


@router.get("/queue")
async def list_work_queue(
    uow: Uow,
    officer: Police,
    desk: Desk,
    state: Annotated[list[QueuedState] | None, Query(max_length=4)] = None,
    unit: OfUnit = None,
    claimed: Annotated[
        Literal["mine", "none"] | None,
        Query(description="我领取的，或无人领取的 · claimed by me, or by nobody"),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[QueuedCase]:
    """本单位待办，按剩余时间排序 · What the unit has to do, the most urgent first.

    Leaders and supervisors at the department's city unit may ask for another unit of it, or for `all`.
    """
    key = decode_cursor(cursor, datetime, UUID)
    after = (key[0], key[1]) if key else None
    listed = await list_queue(
        desk, uow, officer, unit=unit, states=state, after=after, limit=limit, claimed=claimed
    )
    last = listed[limit - 1][0] if len(listed) > limit else None
    following = encode_cursor(last.due_at, last.id) if last else None
    return Page(items=[present.queued(case, item) for case, item in listed[:limit]], next=following)


@router.post("/{case_id}/claim")
async def claim_case(
    case_id: UUID, uow: Uow, officer: SwornOfficer, desk: Desk, body: Claim | None = None
) -> QueuedCase:
    """领取办件 · Takes a case of the unit in hand; others may still act on it, which is recorded."""
    take_over = body is not None and body.take_over
    return present.queued(*await claim(desk, uow, officer, case_id, take_over=take_over))


@router.post("/{case_id}/release")
async def release_case(case_id: UUID, uow: Uow, officer: SwornOfficer, desk: Desk) -> QueuedCase:
    """退回队列 · Gives the case back to the unit's queue."""
    return present.queued(*await release(desk, uow, officer, case_id))


@router.post("/{case_id}/accept")
async def accept_case(case_id: UUID, uow: Uow, officer: SwornOfficer, desk: Desk) -> CaseView:
    """受理，承诺时限开始计算 · Accepts; the promised time starts to run."""
    moved, around = await accept(desk, uow, officer, case_id)
    return present.view(moved.case, around.item)


@router.post("/{case_id}/reject")
async def reject_case(
    case_id: UUID, body: Rejection, uow: Uow, officer: SwornOfficer, desk: Desk
) -> CaseView:
    """不予受理，须说明理由 · Does not accept, with the reason."""
    moved, around = await reject(
        desk, uow, officer, case_id, reason=body.reason, legal_basis=body.legal_basis
    )
    return present.view(moved.case, around.item)


@router.post("/{case_id}/supplement-requests")
async def request_supplement(
    case_id: UUID, body: SupplementRequest, uow: Uow, officer: SwornOfficer, desk: Desk
) -> CaseView:
    """一次性告知补正内容 · Names everything lacking at once; again only with a supervisor's reason."""
    lacking = [thing.model_dump(exclude_none=True) for thing in body.lacking]
    moved, around = await request(desk, uow, officer, case_id, lacking=lacking, reason=body.reason)
    return present.view(moved.case, around.item)


@router.post("/{case_id}/decisions")
@requires_idempotency_key
async def decide_case(
    case_id: UUID, body: Decision, uow: Uow, officer: SwornOfficer, desk: Desk, if_match: IfMatch
) -> CaseView:
    """审批：同意本级或不予批准 · Approves this level, or denies the case.

    With If-Match (the case's version as the officer saw it) nobody decides on something else: 409.
    """
    moved, around = await decide(
        desk,
        uow,
        officer,
        case_id,
        approve=body.decision == "approve",
        opinion=body.opinion,
        reason=body.reason,
        legal_basis=body.legal_basis,
        version=if_match,
    )
    return present.view(moved.case, around.item)


@router.post("/{case_id}/produce")
async def produce_case(case_id: UUID, uow: Uow, officer: SwornOfficer, desk: Desk) -> CaseView:
    """制证完成，转寄送或待领取 · The paper is made: it is sent, or laid ready."""
    moved, around = await produce(desk, uow, officer, case_id)
    return present.view(moved.case, around.item)


@router.post("/{case_id}/collect")
async def collect_case(case_id: UUID, uow: Uow, officer: Police, desk: Desk) -> CaseView:
    """申请人在窗口领取结果 · The applicant collected the result at the window."""
    moved, around = await collect(desk, uow, officer, case_id)
    return present.view(moved.case, around.item)

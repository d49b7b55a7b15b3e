"""The applicant's reviews: what may be reviewed, giving one, those given."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query, Request

from evaluation_svc.application.ports import Desk
from evaluation_svc.application.submit_review import submit_review

from .schemas import InvitationView, LevelOption, OwnReviewView, ReviewIn, ReviewView, level_options

router = Router(prefix="/api/reviews", tags=["reviews"])

_LAST_ID = UUID(int=2**128 - 1)
_LAST_KEY = (datetime(9999, 1, 1, tzinfo=UTC), _LAST_ID)

Applicant = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]
Cursor = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=100)]


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


OfDesk = Annotated[Desk, Depends(desk_of)]


@router.get("/levels", summary="评价等级与标签 · levels and how their tags read")
async def list_levels() -> list[LevelOption]:
    return level_options()


@router.get("/invitations", summary="等待我评价的办件 · my cases that wait for a review, newest first")
async def list_invitations(
    uow: Uow, caller: Applicant, desk: OfDesk, cursor: Cursor = None, limit: Limit = 20
) -> Page[InvitationView]:
    key = decode_cursor(cursor, datetime, UUID)
    before = (key[0], key[1]) if key else _LAST_KEY
    found = await desk.reviews.open_invitations(uow, caller.account_id, before, limit + 1)
    page = found[:limit]
    more = encode_cursor(page[-1].invited_at, page[-1].case_id) if len(found) > limit else None
    return Page(items=[InvitationView.of(one) for one in page], next=more)


@router.get("/mine", summary="我的评价 · my reviews, newest first")
async def list_mine(
    uow: Uow, caller: Applicant, desk: OfDesk, cursor: Cursor = None, limit: Limit = 20
) -> Page[OwnReviewView]:
    key = decode_cursor(cursor, UUID)
    found = await desk.reviews.of_applicant(uow, caller.account_id, key[0] if key else _LAST_ID, limit + 1)
    page = found[:limit]
    more = encode_cursor(page[-1].review.id) if len(found) > limit else None
    return Page(items=[OwnReviewView.of_own(one) for one in page], next=more)


@router.post("", status_code=201, summary="评价办件（每件一次） · review a case, once")
async def review_case(body: ReviewIn, uow: Uow, caller: Applicant, desk: OfDesk) -> ReviewView:
    """409 with the review that is there when the case was reviewed before, null when at the same moment."""
    review = await submit_review(desk, uow, caller.account_id, body.case_id, body.level, body.tags, body.text)
    return ReviewView.of(review)

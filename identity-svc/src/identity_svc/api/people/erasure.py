"""The end of one's account: looked at beforehand, asked for, cancelled, reported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from chassis.people import Blocker, Outcome
from chassis.problems.rendering import wants_page
from contracts.tokens import Role
from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from ...application.people.ports import Erasures
from ...application.people.request_erasure import RequestErasure
from ...application.people.request_export import RequestExport
from ...domain.people.erasure import Erasure, ErasureState, in_order
from ...domain.people.errors import ErasureNotFound
from ...domain.people.export import PARTS
from ...domain.people.report_page import PAGE_HEADERS, missing_page, report_page
from ..dependencies import not_cached
from ..views import authentication_of

router = Router(prefix="/api/me/erasure", tags=["my data"], dependencies=[Depends(not_cached)])
receipts = Router(prefix="/api/erasures", tags=["my data"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]
Receipt = Annotated[
    str, Path(max_length=200, description="抄漏了也只是查不到 · one copied badly finds nothing")
]


@dataclass(frozen=True, slots=True)
class ErasureDesk:
    request: RequestErasure
    erasures: Erasures
    export: RequestExport


async def _desk(request: Request) -> ErasureDesk:
    desk: ErasureDesk = request.app.state.erasure
    return desk


Desk = Annotated[ErasureDesk, Depends(_desk)]


class PartReport(BaseModel):
    part: str
    name: str
    name_en: str
    outcomes: list[Outcome]


class PreviewView(BaseModel):
    """`blockers`: what must be settled first. `parts`: what would become of the data today."""

    blockers: list[Blocker]
    parts: list[PartReport]


class ErasureView(BaseModel):
    """Until it is `erasing`, `parts` says what would become of the data; what is missing then has yet to answer."""

    state: ErasureState
    requested_at: datetime
    due_at: datetime
    ended_at: datetime | None
    parts: list[PartReport]

    @classmethod
    def of(cls, erasure: Erasure) -> "ErasureView":
        return cls(
            state=erasure.state, requested_at=erasure.requested_at, due_at=erasure.due_at,
            ended_at=erasure.ended_at, parts=_parts(erasure.report),
        )  # fmt: skip


class RequestedView(ErasureView):
    """`receipt` opens the report at `report_url` without a log-in, also afterwards. It is shown this once."""

    receipt: str
    report_url: str


def _parts(report: dict[str, list[Outcome]]) -> list[PartReport]:
    return [
        PartReport(part=name, name=PARTS[name][0], name_en=PARTS[name][1], outcomes=lines)
        for name, lines in in_order(report)
    ]


@router.get("/preview", summary="注销预览 · What erasing my account would do")
async def preview_erasure(desk: Desk, caller: Person) -> PreviewView:
    """什么会删除、什么依法保留、为什么、到何时 · What would be erased, what kept, why and until when."""
    blockers, report = await desk.request.preview(caller.account_id)
    return PreviewView(blockers=blockers, parts=_parts(report))


@router.post("", status_code=202, summary="申请注销账号 · Ask for the end of my account")
@answer_not_stored
async def request_erasure(desk: Desk, caller: Person) -> RequestedView:
    """需刚刚登录过；等待期内可以取消 · Needs a recent log-in; can be cancelled for some days."""
    desk.export.require_recent(authentication_of(caller))
    erasure, receipt = await desk.request(caller.account_id)
    return RequestedView(
        **ErasureView.of(erasure).model_dump(),
        receipt=receipt,
        report_url=f"/api/erasures/{receipt}/document",
    )


@router.get("", summary="我的注销申请 · My erasure")
async def get_erasure(uow: Uow, desk: Desk, caller: Person) -> ErasureView:
    """The latest."""
    erasure = await desk.erasures.latest(uow, caller.account_id)
    if erasure is None:
        raise ErasureNotFound
    return ErasureView.of(erasure)


@router.post("/cancel", summary="取消注销 · Keep my account")
async def cancel_erasure(desk: Desk, caller: Person) -> ErasureView:
    return ErasureView.of(await desk.request.cancel(caller.account_id))


async def _by_receipt(receipt: str, uow: Uow, desk: ErasureDesk) -> Erasure:
    erasure = await desk.erasures.by_receipt(uow, receipt)
    if erasure is None:
        raise ErasureNotFound
    return erasure


@receipts.get("/{receipt}", summary="凭回执查询注销结果 · What became of it, by its receipt")
async def read_report(receipt: Receipt, uow: Uow, desk: Desk) -> ErasureView:
    """Names nobody: kinds and counts alone."""
    return ErasureView.of(await _by_receipt(receipt, uow, desk))


@receipts.get("/{receipt}/document", summary="注销报告 · The report, to keep", response_class=HTMLResponse)
async def read_document(receipt: Receipt, request: Request, uow: Uow, desk: Desk) -> HTMLResponse:
    try:
        page, status = report_page(await _by_receipt(receipt, uow, desk)), 200
    except ErasureNotFound as missing:
        if not wants_page(request):
            raise
        page, status = missing_page(missing), 404
    return HTMLResponse(page, status, headers=PAGE_HEADERS)

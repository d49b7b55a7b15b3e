"""Drafts: opened, filled in with autosave, placed, thrown away."""

from typing import Any
from uuid import UUID

from chassis.http import IfMatch, Uow
from fastapi import Response

from ..application.change_address import change_address, choose_address
from ..application.delete_draft import delete_draft as delete
from ..application.desk import Desk as TheDesk
from ..application.open_draft import change_place, move_to_current_version, open_draft
from ..application.read_case import open_case
from ..application.save_answers import Stale, may_save, patch_answers, save_answers
from ..domain.errors import AnswersConflict, StaleAnswers, VersionNeeded
from ..domain.step_up import step_up
from . import present
from .bodies import Address, AnswersBody, NewCase, Place, SavedChoice
from .dependencies import Applicant, Desk
from .explaining import explaining_router
from .views import AnswersView, CaseView, OpenedView, SavedView

router = explaining_router(prefix="/api/cases", tags=["drafts"])


@router.post("", status_code=201)
async def open_case_draft(
    body: NewCase, response: Response, uow: Uow, applicant: Applicant, desk: Desk
) -> OpenedView:
    """新建草稿，锁定事项的当前版本 · Opens a draft, pinned to the item's current version.

    认证等级不足时见 step_up · `step_up` says what submitting will take that the applicant has not.
    """
    case = await open_draft(
        desk,
        uow,
        applicant,
        item_code=body.item_code,
        branch=body.branch,
        window=body.window,
        answers=body.answers,
    )
    response.headers["Location"] = f"/api/cases/{case.id}"
    response.headers["ETag"] = '"1"'
    item = await desk.item_of(uow, case)
    return present.opened(case, item, step_up(item, applicant, desk.submit_min_ial))


@router.patch("/{case_id}")
async def change_case_place(
    case_id: UUID, body: Place, uow: Uow, applicant: Applicant, desk: Desk
) -> CaseView:
    """选择受理分局或窗口 · Chooses where a draft shall be handled."""
    await change_place(desk, uow, applicant, case_id, branch=body.branch, window=body.window)
    return await _reread(desk, uow, applicant, case_id)


@router.post("/{case_id}/item-version")
async def update_item_version(case_id: UUID, uow: Uow, applicant: Applicant, desk: Desk) -> CaseView:
    """把草稿更新到事项的当前版本 · Moves a draft to the item's current version, keeping its answers."""
    await move_to_current_version(desk, uow, applicant, case_id)
    return await _reread(desk, uow, applicant, case_id)


@router.delete("/{case_id}", status_code=204)
async def delete_draft(case_id: UUID, uow: Uow, applicant: Applicant, desk: Desk) -> None:
    """删除草稿及其材料 · Deletes a draft and its files."""
    await delete(desk, uow, applicant, case_id)


@router.get("/{case_id}/answers")
async def get_answers(
    case_id: UUID, response: Response, uow: Uow, applicant: Applicant, desk: Desk
) -> AnswersView:
    """已保存的表单内容 · The answers as saved."""
    filled = (await open_case(desk, uow, applicant, case_id)).filled
    response.headers["ETag"] = f'"{filled.form_version}"'
    return AnswersView(answers=filled.answers, version=filled.form_version)


@router.put("/{case_id}/answers")
async def put_answers(
    case_id: UUID,
    body: AnswersBody,
    response: Response,
    uow: Uow,
    applicant: Applicant,
    desk: Desk,
    if_match: IfMatch,
) -> SavedView:
    """自动保存（整体替换，不校验） · Autosave: replaces all answers, unchecked.

    A stale If-Match is answered 412, a stale `version` in the body 409.
    """
    version, stale = _version(if_match, body)
    await may_save(desk, uow, applicant, case_id)
    saved = save_answers(desk, uow, applicant, case_id, body.answers, version, stale=stale)
    response.headers["ETag"] = f'"{saved}"'
    return SavedView(version=saved)


@router.patch("/{case_id}/answers")
async def patch_case_answers(
    case_id: UUID,
    body: AnswersBody,
    response: Response,
    uow: Uow,
    applicant: Applicant,
    desk: Desk,
    if_match: IfMatch,
) -> SavedView:
    """自动保存（只改给出的字段，null 为删除） · Autosave of the answers given; null removes one."""
    version, stale = _version(if_match, body)
    saved = await patch_answers(desk, uow, applicant, case_id, body.answers, version, stale=stale)
    response.headers["ETag"] = f'"{saved}"'
    return SavedView(version=saved)


@router.put("/{case_id}/delivery-address", status_code=204)
async def put_delivery_address(
    case_id: UUID, body: Address, uow: Uow, applicant: Applicant, desk: Desk
) -> None:
    """修改寄送地址（交寄之前） · Another address for the result, until it is handed to the courier."""
    await change_address(desk, uow, applicant, case_id, body.model_dump())


@router.put("/{case_id}/delivery-address/saved", status_code=204)
async def choose_delivery_address(
    case_id: UUID, body: SavedChoice, uow: Uow, applicant: Applicant, desk: Desk
) -> None:
    """从地址簿选用寄送地址（交寄之前） · An address of the book for the result, copied as it is now."""
    await choose_address(desk, uow, applicant, case_id, body.saved_address_id)


@router.put("/{case_id}/pickup-address", status_code=204)
async def put_pickup_address(
    case_id: UUID, body: Address, uow: Uow, applicant: Applicant, desk: Desk
) -> None:
    """修改取件地址（受理之前） · Another address to fetch the originals at, until the case is accepted."""
    await change_address(desk, uow, applicant, case_id, body.model_dump(), "from_applicant")


@router.put("/{case_id}/pickup-address/saved", status_code=204)
async def choose_pickup_address(
    case_id: UUID, body: SavedChoice, uow: Uow, applicant: Applicant, desk: Desk
) -> None:
    """从地址簿选用取件地址（受理之前） · An address of the book to fetch the originals at."""
    await choose_address(desk, uow, applicant, case_id, body.saved_address_id, "from_applicant")


def _version(if_match: int | None, body: AnswersBody) -> tuple[int, Stale]:
    """The version the caller saw, and how to answer when it is no longer that."""
    if if_match is not None:
        return if_match, StaleAnswers
    if body.version is None:
        raise VersionNeeded
    return body.version, AnswersConflict


async def _reread(desk: TheDesk, uow: Any, applicant: Applicant, case_id: UUID) -> CaseView:
    case = await desk.own_case(uow, case_id, applicant)
    return present.view(case, await desk.item_of(uow, case))

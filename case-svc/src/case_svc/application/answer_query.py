"""What queries and bookings answer at once. Only what this service knows; nothing is made up."""

from typing import Any, Final

from chassis.db import UnitOfWork

from ..domain.answers import Answers
from ..domain.case import Case
from ..domain.case_number import read_case_number
from ..domain.item import Item
from ..domain.people import Applicant
from ..domain.states import LABELS, State
from .desk import Desk

_LISTED: Final = 20


async def answer_query(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case: Case, item: Item, answers: Answers
) -> dict[str, Any] | None:
    """None for items that take their way through officers.

    A booking is recorded under its number; slots are not held here yet, so none is promised. A query of
    progress answers with the applicant's own cases of the department; other queries need registers this
    platform does not hold, and say so.
    """
    if item.is_booking:
        return {
            "kind": "booking",
            "number": case.case_no,
            "message": "预约申请已登记。具体时段以承办窗口确认为准，请凭编号办理。",
            "message_en": "Your booking request is recorded. The unit confirms the time; quote the number.",
        }
    if not item.is_query:
        return None
    if not is_progress_query(item):
        return {
            "kind": "query",
            "number": case.case_no,
            "message": "查询申请已登记。所需的业务登记系统尚未接入本平台，请凭编号到窗口或拨打热线查询结果。",
            "message_en": "Your query is recorded. The register it needs is not connected to this platform; "
            "ask at a window or by telephone, quoting the number.",
        }
    return {
        "kind": "progress",
        "number": case.case_no,
        **await _progress(desk, uow, applicant, case, answers),
    }


def is_progress_query(item: Item) -> bool:
    """Queries about how far an application has come are named so (…进度查询)."""
    return "进度" in item.definition.name


async def _progress(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case: Case, answers: Answers
) -> dict[str, Any]:
    asked = {
        number
        for value in answers.values()
        if isinstance(value, str) and (number := read_case_number(value)) is not None
    }
    own = await desk.lists.mine(uow, applicant, None, None, 100)
    found = [
        other
        for other in own
        if other.id != case.id
        and other.state is not State.DRAFT
        and other.department == case.department
        and (not asked or other.case_no in asked)
    ][:_LISTED]
    items = await desk.items.pinned_many(uow, {(other.item_code, other.item_version) for other in found})
    rows = [_row(other, items[other.item_code, other.item_version]) for other in found]
    if not rows:
        return {
            "cases": [],
            "message": "本平台没有查到您本人名下的相关办件；在窗口办理的请凭受理回执查询。",
            "message_en": "No such case of yours is on this platform; for one made at a window, ask there.",
        }
    return {
        "cases": rows,
        "message": f"查到您本人名下 {len(rows)} 件。",
        "message_en": f"{len(rows)} of your cases found.",
    }


def _row(case: Case, item: Item) -> dict[str, Any]:
    zh, en = LABELS[case.state]
    return {
        "case_id": str(case.id),
        "case_no": case.case_no,
        "item_name": item.definition.name,
        "state": case.state.value,
        "state_text": zh,
        "state_text_en": en,
        "promise_due_at": case.promise_due_at.isoformat() if case.promise_due_at else None,
    }

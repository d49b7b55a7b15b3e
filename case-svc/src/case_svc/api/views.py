"""What is answered. Built once per answer from plain data, so kept flat and without validators."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from ..application.records import Filled, Material, View
from ..application.tell_timeline import Told
from ..domain.case import Case
from ..domain.item import Item
from ..domain.states import LABELS
from ..domain.transitions import possible_moves


class MoveView(BaseModel):
    action: str = Field(examples=["accept"])
    who: str = Field(description="applicant, officer")


class CaseSummary(BaseModel):
    """A case in a list. `due_at` is when an officer must have acted, `promise_due_at` what was promised."""

    id: UUID
    case_no: str | None
    state: str
    state_text: str
    state_text_en: str
    version: int
    item_code: str
    item_version: int
    item_name: str
    item_name_en: str
    department: str
    unit: str | None
    branch: str | None
    window: str | None
    applicant_masked: str | None
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    promise_due_at: datetime | None
    promise_is_provisional: bool


class CaseView(CaseSummary):
    """A case after a move, and what people can do with it next. Amounts in fen."""

    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    response_due_at: datetime | None
    levels: int
    levels_approved: int
    supplements: int
    amount_cents: int | None
    order_id: UUID | None
    document_id: UUID | None
    shipment_id: UUID | None
    possible_moves: list[MoveView]


class SubmittedView(CaseView):
    """`result` is the answer of a query or a booking; null for cases that take their way."""

    result: dict[str, Any] | None = None


class MaterialView(BaseModel):
    """An uploaded file; `size` in bytes of what is kept, `sha256` of the same."""

    id: UUID
    key: str
    file_name: str
    mime: str
    size: int
    sha256: str
    pages: int | None
    width: int | None
    height: int | None
    uploaded_at: datetime


class ApplicantView(BaseModel):
    """Who applies, in clear; for officers of the unit only."""

    name: str
    id_number: str | None
    phone: str | None
    representative_name: str | None


class CaseDetail(CaseView):
    """`details`: what was last written to the applicant: what is lacking, why denied, a query's answer."""

    unit_name: str | None
    answers: dict[str, Any]
    answers_version: int
    materials: list[MaterialView]
    applicant: ApplicantView | None = None
    details: dict[str, Any] | None = None


class AnswersView(BaseModel):
    """`version` goes into the next save's If-Match."""

    answers: dict[str, Any]
    version: int


class SavedView(BaseModel):
    version: int


class EntryView(BaseModel):
    """One line of history. Edges have both states; notes tell of payments, parcels and reviews."""

    at: datetime
    action: str
    from_state: str | None
    to_state: str | None
    actor: str
    text: str
    text_en: str
    facts: dict[str, Any]
    details: dict[str, Any]


class TimelineView(BaseModel):
    case_id: UUID
    case_no: str | None
    state: str
    state_text: str
    state_text_en: str
    promise_due_at: datetime | None
    entries: list[EntryView]


class LookView(BaseModel):
    """Somebody opened the case: `viewer` is an officer's id or a service's name."""

    viewer: str
    unit: str | None
    what: str
    at: datetime


def summary(case: Case, item: Item) -> CaseSummary:
    return CaseSummary(**_summed_up(case, item))


def _summed_up(case: Case, item: Item) -> dict[str, Any]:
    zh, en = LABELS[case.state]
    return {
        "id": case.id,
        "case_no": case.case_no,
        "state": case.state.value,
        "state_text": zh,
        "state_text_en": en,
        "version": case.version,
        "item_code": case.item_code,
        "item_version": case.item_version,
        "item_name": item.definition.name,
        "item_name_en": item.definition.name_en,
        "department": case.department,
        "unit": case.unit,
        "branch": case.branch,
        "window": case.window_code,
        "applicant_masked": case.applicant_masked,
        "created_at": case.created_at,
        "submitted_at": case.submitted_at,
        "due_at": case.due_at,
        "promise_due_at": case.promise_due_at,
        "promise_is_provisional": case.promise_is_provisional,
    }


def _viewed(case: Case, item: Item) -> dict[str, Any]:
    moves = possible_moves(case.state, item)
    return _summed_up(case, item) | {
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "closed_at": case.closed_at,
        "response_due_at": case.response_due_at,
        "levels": item.levels,
        "levels_approved": len(case.reviewers),
        "supplements": case.supplements,
        "amount_cents": case.amount_cents,
        "order_id": case.order_id,
        "document_id": case.document_id,
        "shipment_id": case.shipment_id,
        "possible_moves": [MoveView(action=action.value, who=who.value) for action, who in moves],
    }


def view(case: Case, item: Item) -> CaseView:
    return CaseView(**_viewed(case, item))


def submitted(case: Case, item: Item, result: dict[str, Any] | None) -> SubmittedView:
    return SubmittedView(**_viewed(case, item), result=result)


def detail(
    filled: Filled,
    item: Item,
    *,
    unit_name: str | None,
    materials: list[Material],
    details: dict[str, Any] | None,
    shows_applicant: bool,
) -> CaseDetail:
    applicant = filled.applicant if shows_applicant else None
    return CaseDetail(
        **_viewed(filled.case, item),
        unit_name=unit_name,
        answers=filled.answers,
        answers_version=filled.form_version,
        materials=[material_view(material) for material in materials],
        applicant=ApplicantView(**applicant) if applicant else None,
        details=details,
    )


def material_view(material: Material) -> MaterialView:
    return MaterialView.model_validate(material, from_attributes=True)


def timeline(case: Case, told: list[Told]) -> TimelineView:
    zh, en = LABELS[case.state]
    return TimelineView(
        case_id=case.id,
        case_no=case.case_no,
        state=case.state.value,
        state_text=zh,
        state_text_en=en,
        promise_due_at=case.promise_due_at,
        entries=[_entry(line) for line in told],
    )


def _entry(line: Told) -> EntryView:
    entry = line.entry
    return EntryView(
        at=entry.at,
        action=entry.action,
        from_state=entry.from_state,
        to_state=entry.to_state,
        actor=entry.actor,
        text=line.zh,
        text_en=line.en,
        facts=entry.facts,
        details=line.details,
    )


def look(seen: View) -> LookView:
    return LookView(viewer=seen.viewer, unit=seen.unit, what=seen.what, at=seen.at)

"""What is answered. Built once per answer from plain data, so kept flat and without validators."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


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


class QueuedCase(CaseSummary):
    """`assigned_to`: the officer who claimed it."""

    assigned_to: UUID | None


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


class WayUpView(BaseModel):
    """`method` and `href`: the call it begins with."""

    level: int
    text: str
    text_en: str
    method: Literal["GET", "POST"]
    href: str


class StepUpView(BaseModel):
    """Submitting takes `required_ial`, the applicant has `present_ial`; each of `ways` leads there."""

    required_ial: int
    present_ial: int
    ways: list[WayUpView]


class OpenedView(CaseView):
    """`step_up` is null where the applicant's level does; a draft can be filled in either way."""

    step_up: StepUpView | None = None


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


class AgentView(BaseModel):
    """Who acted for the applicant, and by which mandate. `name` is masked; it and `kind` are null where they cannot be
    told now. `kind`: proxy, agent (of a company), guardian, owner (of what a guardian once kept)."""

    account_id: UUID
    mandate_id: UUID
    kind: str | None = Field(examples=["proxy"])
    name: str | None = Field(examples=["钱**"])


class HandView(AgentView):
    """An agent who had a hand in the case. `did`: opened, placed, renewed, answers, materials, address, submitted,
    supplemented, withdrawn; `text` says all of it in words."""

    did: list[str] = Field(examples=[["opened", "submitted"]])
    text: str = Field(examples=["受委托人钱**代申请人新建申请、提交申请。"])
    text_en: str = Field(examples=["钱** (by proxy) for the applicant: opened the draft, submitted it."])
    first_at: datetime
    last_at: datetime


class CaseDetail(CaseView):
    """`acted_by`: whoever acted for the applicant, the first first; empty where they did everything themselves.

    `details`: what was last written to the applicant: what is lacking, why denied, a query's answer.

    `step_up`: what the applicant's level lacks to submit a draft.
    """

    unit_name: str | None
    answers: dict[str, Any]
    answers_version: int
    materials: list[MaterialView]
    acted_by: list[HandView]
    applicant: ApplicantView | None = None
    details: dict[str, Any] | None = None
    step_up: StepUpView | None = None


class AnswersView(BaseModel):
    """`version` goes into the next save's If-Match."""

    answers: dict[str, Any]
    version: int


class SavedView(BaseModel):
    version: int


class EntryView(BaseModel):
    """One line of history. Edges have both states; notes tell of payments, parcels and reviews.

    `agent`: who did it for the applicant; null where they did it themselves, or others in their office.
    """

    at: datetime
    action: str
    from_state: str | None
    to_state: str | None
    actor: str
    text: str
    text_en: str
    agent: AgentView | None
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
    """Somebody opened the case: `viewer` is an officer's id or a service's name, `who`, `what_text` and `why` say in
    words who, at what and for what. `reason` is what an officer of another unit wrote. Officers are not named."""

    viewer: str
    unit: str | None
    unit_name: str | None
    who: str
    who_en: str
    what: str
    what_text: str
    what_text_en: str
    why: str
    why_en: str
    by_exception: bool
    reason: str | None
    at: datetime


class GrantView(BaseModel):
    """`until`: the case may be read by the officer who asked."""

    id: UUID
    case_id: UUID
    until: datetime


class ExceptionView(GrantView):
    """`unit` and `department` are the case's, `officer_…` the officer's own; `looks`: how often it was used."""

    case_no: str | None
    unit: str
    department: str
    officer_id: UUID
    officer_unit: str
    officer_department: str
    reason: str
    at: datetime
    looks: int


class MoveTold(BaseModel):
    """One move of a case; `version` is the case's after it."""

    version: int
    at: datetime
    action: str
    from_state: str | None
    state: str
    state_text: str
    state_text_en: str
    text: str
    text_en: str


class StatusView(BaseModel):
    """Where a case is. `version` goes into the next request's `after`; `moves` are those since the last."""

    case_id: UUID
    version: int
    state: str
    state_text: str
    state_text_en: str
    promise_due_at: datetime | None
    moves: list[MoveTold]

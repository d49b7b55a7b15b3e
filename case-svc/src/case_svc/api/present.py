"""Cases as the API shows them: plain data in, one flat view out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ..application.records import ExceptionUsed, Folder, Material
from ..application.tell_timeline import Told
from ..domain.break_glass import Grant
from ..domain.case import Case
from ..domain.hands import Agent, Hand, by_agent
from ..domain.hands import told as hands_told
from ..domain.item import Item
from ..domain.looks import Look
from ..domain.states import LABELS
from ..domain.step_up import StepUp
from ..domain.transitions import possible_moves
from .views import (
    AgentView,
    ApplicantView,
    CaseDetail,
    CaseSummary,
    CaseView,
    EntryView,
    ExceptionView,
    GrantView,
    HandView,
    LookView,
    MaterialView,
    MoveView,
    OpenedView,
    QueuedCase,
    StepUpView,
    SubmittedView,
    TimelineView,
)


def summary(case: Case, item: Item) -> CaseSummary:
    return CaseSummary(**_summed_up(case, item))


def queued(case: Case, item: Item) -> QueuedCase:
    return QueuedCase(**_summed_up(case, item), assigned_to=case.assigned_to)


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


def opened(case: Case, item: Item, needed: StepUp | None) -> OpenedView:
    return OpenedView(**_viewed(case, item), step_up=step_up_view(needed))


def step_up_view(needed: StepUp | None) -> StepUpView | None:
    if needed is None:
        return None
    return StepUpView(required_ial=needed.required, present_ial=needed.present, ways=needed.ways)


def submitted(case: Case, item: Item, result: dict[str, Any] | None) -> SubmittedView:
    return SubmittedView(**_viewed(case, item), result=result)


def detail(
    folder: Folder,
    item: Item,
    *,
    unit_name: str | None,
    details: dict[str, Any] | None,
    shows_applicant: bool,
    needed: StepUp | None = None,
    agents: Mapping[UUID, Agent],
) -> CaseDetail:
    filled = folder.filled
    applicant = filled.applicant if shows_applicant else None
    return CaseDetail(
        **_viewed(filled.case, item),
        unit_name=unit_name,
        answers=filled.answers,
        answers_version=filled.form_version,
        materials=[material_view(material) for material in folder.materials],
        acted_by=[_hand(hands, agents) for hands in by_agent(folder.hands)],
        applicant=ApplicantView(**applicant) if applicant else None,
        details=details,
        step_up=step_up_view(needed),
    )


def _hand(hands: list[Hand], agents: Mapping[UUID, Agent]) -> HandView:
    """What one agent did by one mandate."""
    first, agent = hands[0], agents.get(hands[0].mandate_id)
    text, text_en = hands_told(hands, agent)
    return HandView(
        **_agent(first.acted_by, first.mandate_id, agent),
        did=[hand.what for hand in hands],
        text=text,
        text_en=text_en,
        first_at=first.first_at,
        last_at=max(hand.last_at for hand in hands),
    )


def _agent(account_id: UUID, mandate_id: UUID, agent: Agent | None) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "mandate_id": mandate_id,
        "kind": agent.kind if agent else None,
        "name": agent.name if agent else None,
    }


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
    entry, agent = line.entry, None
    if entry.mandate_id:
        agent = AgentView(**_agent(UUID(entry.facts["acted_by"]), entry.mandate_id, entry.agent))
    return EntryView(
        at=entry.at,
        action=entry.action,
        from_state=entry.from_state,
        to_state=entry.to_state,
        actor=entry.actor,
        text=line.zh,
        text_en=line.en,
        agent=agent,
        facts=entry.facts,
        details=line.details,
    )


def look(seen: Look, unit_name: str | None) -> LookView:
    (who, who_en), (thing, thing_en), (why, why_en) = seen.who(), seen.thing(), seen.why()
    return LookView(
        viewer=seen.viewer,
        unit=seen.unit,
        unit_name=unit_name,
        who=who,
        who_en=who_en,
        what=seen.what,
        what_text=thing,
        what_text_en=thing_en,
        why=why,
        why_en=why_en,
        by_exception=seen.grant_id is not None,
        reason=seen.reason,
        at=seen.at,
    )


def granted(grant: Grant) -> GrantView:
    return GrantView.model_validate(grant, from_attributes=True)


def exception(used: ExceptionUsed) -> ExceptionView:
    grant = used.grant
    return ExceptionView(
        **{name: getattr(grant, name) for name in ExceptionView.model_fields if name != "looks"},
        looks=used.looks,
    )

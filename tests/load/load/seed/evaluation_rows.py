"""What a life leaves in evaluation-svc: the invitation, often a review, and its copy of every event."""

from collections import Counter
from datetime import datetime

from case_svc.domain.states import State
from chassis.clock import SHANGHAI
from chassis.sealing import Sealer
from contracts.evaluation import ReviewInvited, ReviewSubmitted

from .batch import Batch, Columns
from .chance import Chance
from .life import Life, LifeTeller

_SERVICE = "evaluation-svc"
EVALUATION_COLUMNS: Columns = {
    "event_history": ("occurred_at", "event_id", "type", "aggregate", "payload"),
    "invitation": (
        "case_id", "case_no", "applicant_id", "item_code", "item_version", "department", "unit", "officer_id",
        "outcome", "ended_at", "invited_at", "reviewed_at",
    ),
    "review": (
        "id", "case_id", "case_no", "applicant_id", "item_code", "department", "unit", "officer_id", "level",
        "tags", "sealed_text", "submitted_at",
    ),
}  # fmt: skip
Tally = Counter[tuple[str, str, str, str, str, str]]
"""How often: (dimension, day, key, unit, department, level)."""

_REVIEWED = 0.35
_LEVELS = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")
_SHARES = (70, 90, 96, 99, 100)
_INDICATORS = ("efficiency", "guide_accuracy", "convenience", "usability")
_WORDS = ("很方便", "办得很快，谢谢", "希望材料再少一些", "窗口民警很耐心")


class EvaluationRows:
    def __init__(self, batch: Batch, chance: Chance, sealer: Sealer, teller: LifeTeller) -> None:
        self._batch = batch
        self._chance = chance
        self._sealer = sealer
        self._teller = teller
        self.tally: Tally = Counter()

    def add(self, life: Life) -> None:
        case = life.case
        if case.state not in (State.COMPLETED, State.DENIED):
            return
        ended = life.at
        common = {
            "case_id": case.id,
            "item_code": case.item_code,
            "department": case.department,
            "unit": life.unit,
        }
        invited = ReviewInvited(**common, occurred_at=ended, applicant_id=case.applicant_id)
        self._teller.note_event(life, _SERVICE, invited, 1, ended)
        reviewed = self._chance.later(ended, 20, life.end) if self._chance.happens(_REVIEWED) else None
        self._batch.add(
            _SERVICE, "invitation", case.id, case.case_no, case.applicant_id, case.item_code, case.item_version,
            case.department, life.unit, case.deciding_officer_id, case.state.value, ended, ended, reviewed,
        )  # fmt: skip
        if reviewed is not None:
            self._add_review(life, common, reviewed)

    def _add_review(self, life: Life, common: dict[str, object], at: datetime) -> None:
        case, chance = life.case, self._chance
        review_id, officer = chance.uuid7(at), case.deciding_officer_id
        level = chance.one_by_weight(_LEVELS, _SHARES)
        tags = [chance.choice(_INDICATORS)] if chance.happens(0.5) else []
        text = chance.choice(_WORDS).encode() if chance.happens(0.4) else None
        self._batch.add(
            _SERVICE, "review", review_id, case.id, case.case_no, case.applicant_id, case.item_code,
            case.department, life.unit, officer, level, tags,
            self._sealer.seal(text, review_id.bytes) if text else None, at,
        )  # fmt: skip
        submitted = ReviewSubmitted(
            **common, occurred_at=at, review_id=review_id, level=level, tags=tags, officer_id=officer
        )  # fmt: skip
        self._teller.note_event(life, _SERVICE, submitted, 2, at)
        life.notes.append(("reviewed_by_applicant", at, {"review_id": str(review_id), "level": level}))
        day = f"{at.astimezone(SHANGHAI):%Y-%m-%d}"
        self.tally["item", day, case.item_code, "", case.department, level] += 1
        self.tally["unit", day, life.unit, "", case.department, level] += 1
        if officer is not None:
            self.tally["officer", day, str(officer), life.unit, case.department, level] += 1

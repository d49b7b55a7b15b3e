"""How long what is known of a case is kept after its end, and why; data, so that a lawyer can read it."""

from typing import Final

from chassis.people import Rule
from chassis.people.fates import Fate, Fates

from .states import TERMINAL, State

DECIDED: Final = Rule(
    what="已作出决定的办件及其材料、文书和办理记录",
    what_en="Decided cases, with their files, papers and history",
    years=10,
    why="政务服务办件档案，保存十年（期限待公安局确认）",
    why_en="records of administrative acts, kept ten years (the bureau has yet to confirm the period)",
    confirmed=False,
)
UNDECIDED: Final = Rule(
    what="未作决定即结束的办件及其材料",
    what_en="Cases that ended without a decision, with their files",
    years=2,
    why="供行政复议、行政诉讼和投诉核查，保存两年（期限待公安局确认）",
    why_en="kept two years for appeals and complaints (the bureau has yet to confirm the period)",
    confirmed=False,
)
HANDS: Final = Rule(
    what="代他人办件的经办记录（只含编号）",
    what_en="What was done in others' cases (ids only)",
    years=None,
    why="属他人办件的办理记录，随该办件保存，期满一并删除",
    why_en="belongs to those cases: kept as long as they are, and goes with them",
    confirmed=True,
)
OPEN: Final = Rule(
    what="尚未办结的办件",
    what_en="Open cases",
    years=0,
    why="办结后按相应期限保存",
    why_en="kept by the rule of how they end, once they have ended",
    confirmed=True,
)
_UNDECIDED: Final = frozenset({State.WITHDRAWN, State.NOT_ACCEPTED, State.CLOSED_UNPAID})
assert _UNDECIDED <= TERMINAL


def rule_of(state: State) -> Rule:
    if state not in TERMINAL:
        return OPEN
    return UNDECIDED if state in _UNDECIDED else DECIDED


_BY_RULE: Final = "在办件保存期内；期满后与本人脱钩 · while its case is kept; nobody's afterwards"
_ORGANISATION: Final = Fate(why="机构与民警 · the organisation, officers")
FATES: Final[Fates] = {
    "cases": Fate(stays=("applicant_id", "applicant_kind", "applicant_masked"), why=_BY_RULE),
    "case_form": Fate(stays=("answers", "applicant"), why=_BY_RULE),
    "case_material": Fate(stays=("file_name", "file_key"), why=_BY_RULE),
    "case_history": Fate(
        stays=("actor", "facts", "texts"),
        why=f"{_BY_RULE}；代办人只留编号 · of who acted for somebody else, an id",
    ),
    "case_hand": Fate(
        stays=("acted_by",),
        why="谁代为经办，随办件或草稿删除；代办人只留编号 · who had a hand in it, an id; goes with its case or draft",
    ),
    "case_view": Fate(why="谁看过办件，随办件删除 · which officers looked; goes with its case"),
    "break_glass": Fate(stays=("reason",), why=_BY_RULE),
    "document": Fate(
        stays=("applicant_id", "holder_masked", "revocation_sealed"),
        why=f"{_BY_RULE}；凭证仍可核验 · that it was issued can still be verified",
    ),
    "item_version": Fate(why="事项 · items"),
    "department": _ORGANISATION,
    "branch": _ORGANISATION,
    "unit": _ORGANISATION,
    "service_window": _ORGANISATION,
    "officer": _ORGANISATION,
}

"""Who may decide at which level, and what a decision does."""

from typing import Any

from .case import Case, Circumstances, Moved, move
from .errors import MayNotDecide
from .item import Item
from .people import HIGHEST_RANK, Officer, as_mover
from .transitions import Action, find_edge


def decide(
    case: Case, officer: Officer, around: Circumstances, *, approve: bool, texts: dict[str, Any]
) -> Moved:
    """Approves this level, or denies the case; raises IllegalMove before MayNotDecide."""
    level, levels = len(case.reviewers) + 1, around.item.levels
    final = not approve or level >= levels
    action = Action.DENY if not approve else Action.APPROVE if final else Action.REVIEW
    find_edge(case.state, action, as_mover(officer).who, around.item)
    check_may_decide(case, officer, around.item)
    changes: dict[str, Any] = {"reviewers": (*case.reviewers, officer.id), "last_rank": officer.rank}
    facts: dict[str, Any] = {"level": level, "levels": levels}
    if final:
        in_time = case.promise_due_at is None or around.at <= case.promise_due_at
        changes["decided_at"] = around.at
        facts["in_time"] = in_time
    if not approve:
        changes["closed_at"] = around.at
    return move(case, action, as_mover(officer), around, changes=changes, facts=facts, texts=texts)


def check_may_decide(case: Case, officer: Officer, item: Item) -> None:
    """Level 0: any sworn officer. n levels: n officers of rising rank, none of whom accepted the case."""
    level, levels = len(case.reviewers) + 1, item.levels
    obstacle = _obstacle(case, officer, level, levels)
    if obstacle is not None:
        raise MayNotDecide(*obstacle, level=level, levels=levels)


def _obstacle(case: Case, officer: Officer, level: int, levels: int) -> tuple[str, str] | None:
    if not officer.is_sworn or officer.rank < 1:
        return "辅警只能协助，不能作出决定。", "Auxiliary officers assist; they do not decide."
    if levels == 0:
        return None
    if officer.id == case.accepted_by:
        return (
            "受理人不能参与本件审批，请由其他民警审批。",
            "Who accepted the case does not decide it; another officer must.",
        )
    if officer.id in case.reviewers:
        return "您已审批过本件的前一级。", "You already decided an earlier level of this case."
    if officer.rank < level + 1 or officer.rank <= case.last_rank:
        return (
            f"第 {level} 级（共 {levels} 级）须由级别更高的民警审批。",
            f"Level {level} of {levels} needs an officer of higher rank.",
        )
    if officer.rank > HIGHEST_RANK - (levels - level):
        # The levels above need still higher ranks; there would be nobody left to take them.
        return (
            f"本件共 {levels} 级审批，第 {level} 级请先由下级负责人审批。",
            f"This case has {levels} levels; a leader of lower rank signs level {level} first.",
        )
    return None

"""Cases that cannot be found, and moves that cannot be made."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chassis.problems import Conflict, Forbidden, NotFound

from ..states import LABELS, State

if TYPE_CHECKING:
    from ..transitions import Action, Who


class CaseNotFound(NotFound):
    """Also the answer for other people's cases: whether they exist is nobody's business."""

    slug = "case-not-found"
    title = ("办件不存在", "No such case")

    def __init__(self) -> None:
        super().__init__("没有这个办件，请核对编号。", "There is no such case; check the number.")


class OutsideMandate(Forbidden):
    """Somebody acts for the applicant, and their mandate is not for the item they named."""

    slug = "outside-mandate"
    title = ("超出授权范围", "Outside the mandate")

    def __init__(self, item_code: str) -> None:
        super().__init__(
            "您获得的授权不包括该事项，请委托人本人办理，或请其扩大授权范围。",
            "Your mandate is not for this item; ask whoever gave it to do this, or for a wider one.",
            item_code=item_code,
        )


class IllegalMove(Conflict):
    slug = "illegal-move"
    title = ("当前状态不能这样办理", "Not possible in the current state")

    def __init__(self, state: State, action: "Action", moves: Iterable[tuple["Action", "Who"]]) -> None:
        zh, en = LABELS[state]
        super().__init__(
            f"办件当前为“{zh}”，不能执行该操作；可执行的操作见 possible_moves。",
            f"The case is “{en}”; this is not possible now. See `possible_moves`.",
            current_state=state.value,
            attempted=action.value,
            possible_moves=[{"action": move.value, "who": who.value} for move, who in moves],
        )


class CaseChangedMeanwhile(Conflict):
    """Another move of the same case committed first."""

    slug = "case-changed"
    title = ("办件已被他人更新", "The case has changed")

    def __init__(self, state: State | None = None) -> None:
        members: dict[str, Any] = {"current_state": state.value} if state else {}
        super().__init__(
            "办件刚刚被更新，本次操作未执行；请刷新后重试。",
            "The case has just been changed and nothing was done; reload it and try again.",
            **members,
        )


class NotInQueue(Conflict):
    slug = "not-in-queue"
    title = ("办件不在待办队列中", "Not in the queue")

    def __init__(self, state: State) -> None:
        zh, en = LABELS[state]
        super().__init__(
            f"办件当前为“{zh}”，没有需要民警办理的事项，不能领取。",
            f"The case is “{en}”; there is nothing for an officer to do now, so it cannot be claimed.",
            current_state=state.value,
        )


class CaseClaimed(Conflict):
    slug = "case-claimed"
    title = ("办件已被领取", "Claimed by a colleague")

    def __init__(self) -> None:
        super().__init__(
            "本单位其他民警已领取该办件。确需接手的，请以 take_over 再次提交，接手会留痕。",
            "A colleague has claimed this case. If you must take it over, send `take_over`; that is recorded.",
        )


class NotYourClaim(Conflict):
    slug = "not-your-claim"
    title = ("不是您领取的办件", "Not your claim")

    def __init__(self) -> None:
        super().__init__(
            "只有领取人或督办可以将办件退回队列。",
            "Only who claimed the case, or a supervisor, gives it back to the queue.",
        )


class MayNotBreakGlass(Forbidden):
    slug = "may-not-break-glass"
    title = ("不能跨单位查阅", "May not open other units' cases")

    def __init__(self) -> None:
        super().__init__(
            "辅警不能跨单位查阅办件，请由民警办理。",
            "Auxiliary officers cannot open cases of other units; ask an officer.",
        )


class ExceptionNotNeeded(Conflict):
    slug = "exception-not-needed"
    title = ("无需跨单位查阅", "No exception is needed")

    def __init__(self) -> None:
        super().__init__(
            "该办件属于您可以办理的单位，请直接打开。", "The case is of a unit you serve; simply open it."
        )


class MayNotDecide(Forbidden):
    """The officer is of this unit but not entitled to this level."""

    slug = "may-not-decide"
    title = ("无权作出该决定", "Not entitled to this decision")

    def __init__(self, zh: str, en: str, *, level: int, levels: int) -> None:
        super().__init__(zh, en, level=level, levels=levels)


class OtherUnitsQueue(Forbidden):
    slug = "other-units-queue"
    title = ("只能查看本单位待办", "Only your own unit's queue")

    def __init__(self) -> None:
        super().__init__(
            "只有部门市局单位的领导和督办，以及在该单位有附加职责的人员，可以查看其他单位的待办。",
            "Only leaders and supervisors of the department's city unit, and who is assigned there too, see another "
            "unit's queue.",
        )


class SupervisorNeeded(Forbidden):
    slug = "supervisor-needed"
    title = ("需要主管说明理由", "A supervisor must give the reason")

    def __init__(self) -> None:
        super().__init__(
            "已一次性告知过补正内容，再次要求补正须由主管说明理由。",
            "A supplement was already requested; a later request needs a supervisor's reason.",
        )

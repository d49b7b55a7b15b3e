"""What can be wrong with a bill, and when a difference is decided."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.problems import Conflict, NotFound

from .bills import Problem


class BillUnusable(Exception):
    """The bill is not there yet, or not fit to be believed; it is fetched again."""

    def __init__(self, problem: Problem, cause: str = "") -> None:
        super().__init__(f"{problem}: {cause}" if cause else problem.value)
        self.problem = problem
        self.cause = cause


class BillNotFound(NotFound):
    slug = "bill-not-found"
    title = ("没有该日账单", "No such bill")

    def __init__(self, channel: str, payee: str, day: date) -> None:
        super().__init__(
            "该渠道和账户在这一天没有账单记录；账单从次日上午起下载，请核对日期、渠道和账户。",
            "There is no bill of this channel and account for the day; bills are fetched from the next morning on.",
            channel=channel,
            payee=payee,
            day=day,
        )


class BillDayNotOver(Conflict):
    slug = "bill-day-not-over"
    title = ("当日尚未结束", "The day is not over")

    def __init__(self, day: date) -> None:
        super().__init__(
            "当日账单要到次日才有，请明天上午再试。",
            "A day's bill is there on the next one; try again tomorrow morning.",
            day=day,
        )


class BillDifferenceNotFound(NotFound):
    slug = "bill-difference-not-found"
    title = ("对账差异不存在", "No such difference")

    def __init__(self, difference_id: UUID) -> None:
        super().__init__(
            "没有这条对账差异，请核对编号。",
            "There is no such difference; check its id.",
            difference_id=difference_id,
        )


class DecisionNotPossible(Conflict):
    slug = "bill-decision-not-possible"
    title = ("不能这样处理", "This cannot be decided so")

    def __init__(self, difference_id: UUID, state: str, possible: Iterable[str]) -> None:
        super().__init__(
            "这条差异当前不能这样处理，请刷新后按可选的处理方式办理。",
            "This difference cannot be decided so as it stands; look again, and choose what is possible.",
            difference_id=difference_id,
            state=state,
            possible=list(possible),
        )


class DecisionNotWaiting(Conflict):
    slug = "bill-decision-not-waiting"
    title = ("没有待批准的处理", "No decision waits for approval")

    def __init__(self, difference_id: UUID, state: str) -> None:
        super().__init__(
            "这条差异没有待批准的处理决定，请刷新查看。",
            "No decision about this difference waits for approval; look again.",
            difference_id=difference_id,
            state=state,
        )


class OwnBillDecision(Conflict):
    slug = "own-bill-decision"
    title = ("不能批准自己的决定", "Nobody approves their own decision")

    def __init__(self, difference_id: UUID) -> None:
        super().__init__(
            "这项处理涉及资金进出且达到限额，须由另一位运维人员批准。",
            "This decision moves money and reaches the limit: another operator must approve it.",
            difference_id=difference_id,
        )


class NothingToAsk(Conflict):
    slug = "nothing-to-ask-the-provider"
    title = ("无法向渠道查询", "Nothing to ask the provider about")

    def __init__(self, difference_id: UUID) -> None:
        super().__init__(
            "账单上的商户订单号不是本平台的，无法查询；请直接与渠道核实。",
            "The bill's order number is none of ours: ask the provider's staff.",
            difference_id=difference_id,
        )

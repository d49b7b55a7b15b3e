"""What can be wrong with a request about statements."""

from datetime import date

from chassis.problems import Conflict, NotFound


class StatementNotFound(NotFound):
    slug = "statement-not-found"
    title = ("没有该月对账单", "No such statement")

    def __init__(self, courier: str, month: date) -> None:
        super().__init__(
            "该快递公司没有这个月的对账单；对账单从次月起下载，请核对快递公司和月份。",
            "There is no such statement; they are fetched from the next month on. Check courier and month.",
            courier=courier,
            month=f"{month:%Y-%m}",
        )


class MonthNotOver(Conflict):
    slug = "statement-month-not-over"
    title = ("当月尚未结束", "The month is not over")

    def __init__(self, month: date) -> None:
        super().__init__(
            "对账单要到次月才有，请下月再试。",
            "A month's statement is there in the next one; try again then.",
            month=f"{month:%Y-%m}",
        )


class StatementDifferenceNotFound(NotFound):
    slug = "statement-difference-not-found"
    title = ("对账差异不存在", "No such difference")

    def __init__(self) -> None:
        super().__init__("没有这条对账差异，请核对编号。", "There is no such difference; check its id.")


class DecisionNotPossible(Conflict):
    slug = "statement-decision-not-possible"
    title = ("不能再处理", "It cannot be decided")

    def __init__(self, state: str) -> None:
        super().__init__(
            "这条差异已经处理或已自行一致，请刷新查看。",
            "It was decided already, or agrees by now; look again.",
            state=state,
        )

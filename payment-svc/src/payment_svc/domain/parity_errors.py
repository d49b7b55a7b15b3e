"""What can be wrong when days are compared, or a difference is decided."""

from datetime import date
from uuid import UUID

from chassis.problems import Conflict, NotFound


class DayNotOver(Conflict):
    slug = "day-not-over"
    title = ("当日尚未结束", "The day is not over")

    def __init__(self, day: date) -> None:
        super().__init__(
            "只能核对已经结束的日期，请在次日零点十分之后再试。",
            "Only days that are over can be compared; try again ten minutes after midnight.",
            day=day,
        )


class DayNotCounted(NotFound):
    slug = "day-not-counted"
    title = ("该日没有统计", "The day was not counted")

    def __init__(self, day: date) -> None:
        super().__init__(
            "这一天早于开始日统计的日期，无法核对。",
            "The day is before counting began and cannot be compared.",
            day=day,
        )


class DifferenceNotFound(NotFound):
    slug = "difference-not-found"
    title = ("差异不存在", "No such difference")

    def __init__(self, difference_id: UUID) -> None:
        super().__init__(
            "没有这条核对差异，请核对编号。",
            "There is no such difference; check its id.",
            difference_id=difference_id,
        )


class DifferenceNotRaised(Conflict):
    slug = "difference-not-raised"
    title = ("该差异不待处理", "Nothing to decide")

    def __init__(self, difference_id: UUID, state: str) -> None:
        super().__init__(
            "这条差异已经处理，或已自行一致，无需再作决定。",
            "This difference was decided, or agrees by now; nothing is to be decided.",
            difference_id=difference_id,
            state=state,
        )

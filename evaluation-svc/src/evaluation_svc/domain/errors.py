"""What can be wrong with a review, as sentences."""

from chassis.clock import shown
from chassis.problems import Conflict, FieldError, InvalidInput, NotFound

from .review import Review


class NotInvited(NotFound):
    slug = "review-not-invited"
    title = ("没有可评价的办件", "Nothing to review")

    def __init__(self) -> None:
        super().__init__(
            "没有找到可由您评价的办件；办件办结后才能评价，刚办结的请稍候再试。",
            "There is no case for you to review; cases are reviewed once they have ended. "
            "If yours has only just ended, try again in a moment.",
        )


class AlreadyReviewed(Conflict):
    """One review a case; the one there is comes along, or null where both were given at the same moment."""

    slug = "already-reviewed"
    title = ("已经评价过", "Already reviewed")

    def __init__(self, review: Review | None = None) -> None:
        if review is None:
            super().__init__(
                "您刚刚评价过这个办件，每个办件只能评价一次。",
                "You have just reviewed this case; each case is reviewed once.",
                review=None,
            )
            return
        super().__init__(
            f"您已在 {shown(review.submitted_at)} 评价过这个办件，每个办件只能评价一次。",
            f"You reviewed this case at {shown(review.submitted_at)}; each case is reviewed once.",
            review={
                "id": str(review.id),
                "case_id": str(review.case_id),
                "level": review.level.value,
                "tags": [tag.value for tag in review.tags],
                "text": review.text,
                "submitted_at": review.submitted_at.isoformat(),
            },
        )


class BadPeriod(InvalidInput):
    slug = "bad-period"
    title = ("统计期间有误", "Not a period")

    def __init__(self, longest_days: int) -> None:
        super().__init__(
            f"统计期间应从早到晚，最长 {longest_days} 天。",
            f"A period runs from the earlier to the later day, {longest_days} days at most.",
            errors=[FieldError("from", "起止日期不对", "the dates do not make a period")],
        )

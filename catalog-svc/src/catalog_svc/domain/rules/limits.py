"""Time limits (时限)."""

from collections.abc import Iterator

from ..content import USUAL_IAL, ItemContent
from ..finding import Finding


def statutory_limit_has_its_unit(item: ItemContent) -> Iterator[Finding]:
    if (item.statutory_days is None) != (item.statutory_unit is None):
        yield Finding(
            "limit-unit",
            "/statutory_unit",
            "法定时限的天数与单位（working 工作日、calendar 自然日）须同时填写",
            "a statutory limit needs both its days and its unit (working, calendar)",
        )


def level_fits_what_is_given(item: ItemContent) -> Iterator[Finding]:
    """Whatever is decided, paid or made for somebody is for somebody who is known."""
    if item.min_ial < USUAL_IAL and {"accept", "pay", "produce"} & set(item.steps):
        yield Finding(
            "level-too-low",
            "/min_ial",
            f"为特定申请人办理的事项，认证等级至少为 {USUAL_IAL}",
            f"what is done for a certain applicant takes level {USUAL_IAL} at least",
        )


def promise_keeps_the_law(item: ItemContent) -> Iterator[Finding]:
    """Compared as numbers even where the law counts calendar days: the law itself differs on rest days."""
    if item.statutory_days is not None and item.promised_days > item.statutory_days:
        yield Finding(
            "promise-over-limit",
            "/promised_days",
            f"承诺 {item.promised_days} 天，超过法定的 {item.statutory_days} 天",
            f"promises {item.promised_days} days, the law allows {item.statutory_days}",
        )

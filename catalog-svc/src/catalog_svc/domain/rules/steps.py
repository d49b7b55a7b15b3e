"""The way of a case: which steps, in which order, and whether it really goes without a visit."""

from collections.abc import Iterator

from ..content import ItemContent
from ..finding import Finding
from ..vocabulary import STEPS

_ORDER = {step: place for place, step in enumerate(STEPS)}
_AT_ONCE = ("query", "book")
_STARTS = ("accept", "pay", *_AT_ONCE)


def steps_are_in_order(item: ItemContent) -> Iterator[Finding]:
    steps = list(item.steps)
    if len(set(steps)) < len(steps):
        yield Finding("steps-order", "/steps", "同一步骤出现多次", "a step is there more than once")
        return
    if steps[0] not in _STARTS:
        yield Finding(
            "steps-order",
            "/steps/0",
            f"第一步应为 {'、'.join(_STARTS)} 之一",
            f"the first step must be one of {', '.join(_STARTS)}",
        )
    if steps[0] in _AT_ONCE:
        if steps[1:] not in ([], ["notify"]):
            yield Finding(
                "steps-order",
                "/steps",
                "查询、预约之后只能告知",
                "only a notice may follow an enquiry or a booking",
            )
    elif set(_AT_ONCE) & set(steps) or steps != sorted(steps, key=_ORDER.__getitem__):
        order = [step for step in STEPS if step not in _AT_ONCE]
        yield Finding(
            "steps-order", "/steps", f"步骤顺序应为 {'、'.join(order)}", f"steps go {', '.join(order)}"
        )


def class_fits_the_first_step(item: ItemContent) -> Iterator[Finding]:
    at_once = item.steps[0] in _AT_ONCE
    if at_once != (item.online_class == "query_booking"):
        yield Finding(
            "class-steps",
            "/online_class",
            "查询预约类事项以查询或预约开始，其他事项不是",
            "items of enquiry and booking, and only they, begin with query or book",
        )


def levels_fit_the_approve_step(item: ItemContent) -> Iterator[Finding]:
    if ("approve" in item.steps) != (item.approval_levels > 0):
        yield Finding(
            "approval-levels",
            "/approval_levels",
            "有审批步骤才有审批层级，层级至少为 1；没有审批步骤时为 0",
            "an approve step needs one level or more; without it the levels are 0",
        )


def full_online_needs_no_visit(item: ItemContent) -> Iterator[Finding]:
    """What would make somebody come: a booking, a paper to collect, an original that nobody fetches."""
    if item.online_class != "full_online":
        return
    if "book" in item.steps:
        yield _visit("/steps", "预约需要到场", "a booking is a visit")
    if "produce" in item.steps and not {"deliver", "notify"} & set(item.steps):
        yield _visit("/steps", "结果须到窗口领取", "the result would have to be collected")
    for place, material in enumerate(item.materials):
        handed_in = material.form != "electronic" and material.source != "shared_data" and material.required
        if handed_in and item.delivery != "both_ways":
            yield _visit(
                f"/materials/{place}",
                f"须提交“{material.name}”，但没有上门取件",
                f"“{material.name}” must be handed in, but nobody fetches it",
            )


def _visit(field: str, zh: str, en: str) -> Finding:
    return Finding("full-online-visit", field, f"全程网办事项却要跑腿：{zh}", f"entirely online, yet {en}")

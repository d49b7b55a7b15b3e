"""The result of an item and its way to the applicant."""

from collections.abc import Iterator

from ..content import ItemContent
from ..finding import Finding


def what_is_produced_has_a_name(item: ItemContent) -> Iterator[Finding]:
    if "produce" in item.steps and item.result is None:
        yield Finding(
            "result-missing", "/result", "有制作步骤，但没有写明结果", "produces something that has no name"
        )
    if item.result is None and item.result_valid_months is not None:
        yield Finding(
            "result-missing", "/result_valid_months", "没有结果，却有有效期", "has a validity but no result"
        )


def deliver_step_fits_delivery(item: ItemContent) -> Iterator[Finding]:
    delivers = "deliver" in item.steps
    if delivers != (item.delivery != "none"):
        yield Finding(
            "deliver-step",
            "/delivery",
            "有寄递步骤才有寄递方式，有寄递方式须有寄递步骤",
            "a deliver step and a delivery need each other",
        )
    if delivers and "produce" not in item.steps:
        yield Finding("deliver-step", "/steps", "没有制作，却要寄递", "delivers what is never produced")
    if not item.id_bound and item.delivery == "none":
        yield Finding(
            "deliver-step",
            "/id_bound",
            "没有寄递，却写明可以代收",
            "nothing is sent that others might take in",
        )
    if item.delivery_free and item.delivery == "none":
        yield Finding("deliver-step", "/delivery_free", "没有寄递，却写明免邮费", "free delivery of nothing")


def reminder_counts_down(item: ItemContent) -> Iterator[Finding]:
    if item.reminder is None:
        return
    days = item.reminder.days_before
    if days != sorted(set(days), reverse=True):
        yield Finding(
            "reminder-days",
            "/reminder/days_before",
            "提醒天数应从多到少，且不重复",
            "reminder days go from many to few, each once",
        )

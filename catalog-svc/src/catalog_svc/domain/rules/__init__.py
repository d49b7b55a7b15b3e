"""What must hold of an item beyond its shape. `ITEM_RULES` is the list; a new rule is one function in it."""

from collections.abc import Callable, Iterable
from typing import Final

from ..content import ItemContent
from ..finding import Finding
from . import form, limits, money, papers, steps, texts

Rule = Callable[[ItemContent], Iterable[Finding]]

ITEM_RULES: Final[tuple[Rule, ...]] = (
    texts.code_names_the_department,
    texts.nothing_is_said_twice,
    steps.steps_are_in_order,
    steps.class_fits_the_first_step,
    steps.levels_fit_the_approve_step,
    steps.full_online_needs_no_visit,
    limits.statutory_limit_has_its_unit,
    limits.promise_keeps_the_law,
    limits.level_fits_what_is_given,
    money.pay_step_has_an_amount,
    money.fee_has_a_basis,
    money.applicant_amount_has_bounds,
    money.amount_can_be_known,
    papers.what_is_produced_has_a_name,
    papers.deliver_step_fits_delivery,
    papers.reminder_counts_down,
    form.keys_are_unique,
    form.choices_have_values,
    form.texts_have_a_limit,
)


def check_item(item: ItemContent) -> list[Finding]:
    """Every rule the item breaks, all at once."""
    return [finding for rule in ITEM_RULES for finding in rule(item)]

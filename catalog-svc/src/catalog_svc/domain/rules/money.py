"""Fees and other sums, in fen."""

from collections.abc import Iterator

from ..content import ItemContent
from ..finding import Finding


def pay_step_has_an_amount(item: ItemContent) -> Iterator[Finding]:
    pays = "pay" in item.steps
    if pays and item.amount_source is None:
        yield Finding(
            "pay-amount",
            "/amount_source",
            "有缴费步骤，但没有金额来源",
            "has a pay step but no amount_source",
        )
    if not pays and (item.amount_source is not None or item.fee_cents > 0):
        yield Finding("pay-amount", "/steps", "有金额，但没有缴费步骤", "has an amount but no pay step")
    if item.amount_source == "fixed" and item.fee_cents == 0:
        yield Finding("pay-amount", "/fee_cents", "金额固定，但为零", "has a fixed fee of nothing")
    if item.amount_source in ("issuing_system", "applicant") and item.fee_cents > 0:
        yield Finding(
            "pay-amount",
            "/fee_cents",
            "金额另有来源，fee_cents 应为零",
            "the amount comes from elsewhere: fee_cents must be 0",
        )


def fee_has_a_basis(item: ItemContent) -> Iterator[Finding]:
    if item.fee_cents > 0 and item.fee_basis is None:
        yield Finding("fee-basis", "/fee_basis", "收费但没有收费依据", "has a fee but no basis")
    if item.fee_cents == 0 and item.fee_basis is not None:
        yield Finding("fee-basis", "/fee_basis", "有收费依据但不收费", "has a basis but no fee")


def applicant_amount_has_bounds(item: ItemContent) -> Iterator[Finding]:
    low, high = item.amount_min_cents, item.amount_max_cents
    if item.amount_source != "applicant":
        if low is not None or high is not None:
            yield Finding(
                "amount-bounds",
                "/amount_min_cents",
                "只有申请人自填的金额才有上下限",
                "only an amount the applicant chooses has bounds",
            )
    elif low is None or high is None or not 0 < low <= high:
        yield Finding(
            "amount-bounds",
            "/amount_min_cents",
            "申请人自填的金额须有下限和上限（分），下限大于零且不大于上限",
            "an amount the applicant chooses needs a minimum and a maximum in fen, 0 < minimum ≤ maximum",
        )


def amount_can_be_known(item: ItemContent) -> Iterator[Finding]:
    """Without its field in the form nobody could ever say the sum."""
    wanted = {"issuing_system": ("decision_no", "string"), "applicant": ("amount_cents", "integer")}
    if item.amount_source not in wanted:
        return
    key, kind = wanted[item.amount_source]
    if not any(field.key == key and field.type == kind and field.required for field in item.form_fields):
        yield Finding(
            "amount-field",
            "/form_fields",
            f"金额来源为 {item.amount_source}，表单须有必填的 {key}（{kind}）",
            f"amount_source {item.amount_source} needs a required form field {key} ({kind})",
        )

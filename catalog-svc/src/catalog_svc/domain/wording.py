"""Sentences a citizen reads about an item."""

from .content import ItemContent
from .vocabulary import Words


def yuan(fen: int) -> str:
    """`2000` → `20.00`; exact, never a float."""
    return f"{fen // 100}.{fen % 100:02d}"


def fee_words(item: ItemContent) -> Words:
    if item.amount_source == "issuing_system":
        return Words("按决定书确定的金额缴纳", "The sum that the decision says")
    if (
        item.amount_source == "applicant"
        and item.amount_min_cents is not None
        and item.amount_max_cents is not None
    ):
        low, high = yuan(item.amount_min_cents), yuan(item.amount_max_cents)
        return Words(f"金额由您填写，{low} 元至 {high} 元", f"You choose the sum, from ¥{low} to ¥{high}")
    if item.fee_cents == 0:
        return Words("不收费", "Free of charge")
    return Words(f"{yuan(item.fee_cents)} 元", f"¥{yuan(item.fee_cents)}")


def promise_words(item: ItemContent) -> Words:
    if item.promised_days == 0:
        return Words("即时办结", "Done at once")
    days = item.promised_days
    return Words(
        f"受理后 {days} 个工作日内办结", f"Decided within {_plural(days, 'working day')} of acceptance"
    )


def statutory_words(item: ItemContent) -> Words | None:
    days = item.statutory_days
    if days is None:
        return None
    if item.statutory_unit == "calendar":
        return Words(f"法定 {days} 日", f"{_plural(days, 'calendar day')} by law")
    return Words(f"法定 {days} 个工作日", f"{_plural(days, 'working day')} by law")


def delivery_words(item: ItemContent) -> Words | None:
    """Who pays for the courier; None where nothing is sent."""
    if item.delivery == "none":
        return None
    if item.delivery_free:
        return Words("邮费由公安机关承担", "Postage is paid by the police")
    return Words("邮费由申请人承担", "Postage is paid by the applicant")


def hand_over_words(item: ItemContent) -> Words | None:
    """To whom the courier gives it; None where nothing is sent."""
    if item.delivery == "none":
        return None
    if item.id_bound:
        return Words("须本人凭身份证件签收", "Handed to you in person, against your ID card")
    return Words("可由他人代收", "Others may take it in for you")


def validity_words(item: ItemContent) -> Words | None:
    months = item.result_valid_months
    if item.result is None:
        return None
    if months is None:
        return Words("有效期以证件、文书载明的为准", "Valid as the document itself says")
    if months % 12 == 0:
        return Words(f"有效期 {months // 12} 年", f"Valid for {_plural(months // 12, 'year')}")
    return Words(f"有效期 {months} 个月", f"Valid for {_plural(months, 'month')}")


def remedy_words(item: ItemContent) -> Words:
    if item.remedy:
        return Words(
            "对决定不服的，可以自知道之日起六十日内申请行政复议，或者六个月内提起行政诉讼；逾期未答复的，同样可以。",
            "A decision may be challenged by reconsideration within sixty days of learning of it, or in court"
            " within six months; so may silence beyond the limit.",
        )
    return Words(
        "本事项的结果不适用行政复议和行政诉讼；有疑问请向办理单位反映。",
        "Its outcome is not open to reconsideration or suit; turn to the handling unit with any question.",
    )


def _plural(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"

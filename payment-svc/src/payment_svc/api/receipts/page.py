"""The public page where anybody checks a receipt."""

from typing import Final

from chassis.check_page import CheckPage, Fact, Field, Verdict
from chassis.clock import shown

from ...domain.money import yuan
from .views import ReceiptCheck

_PAGE: Final = CheckPage(
    title="财政电子票据核验",
    title_en="Receipt verification",
    action="/receipts/check",
    fields=[
        Field(
            "code", "票据代码", "Receipt code", "印在票据右上方。", "Printed at the upper right.", longest=40
        ),
        Field(
            "number", "票据号码", "Receipt number", "在票据代码下方。", "Below the receipt code.", longest=40
        ),
        Field(
            "check_code",
            "校验码",
            "Check code",
            "在票据号码下方，大小写不限。",
            "Below the receipt number; case does not matter.",
            longest=40,
        ),
    ],
    about="本页只显示票据的真伪和是否冲红，不显示缴款人的任何信息。请确认地址栏中的网址为官方网址。",
    about_en=(
        "This page tells whether a receipt is genuine and what was reversed of it, and nothing about its payer. "
        "Make sure that the address above is the official one."
    ),
)

_VERDICTS: Final = {
    "valid": Verdict(
        "good",
        "✓",
        "票据有效",
        "Valid",
        "该票据由财政票据平台开具，未冲红。请核对手中票据与下列内容是否一致。",
        "Issued by the fiscal platform, and not reversed. Make sure that the paper says the same as below.",
    ),
    "partly_reversed": Verdict(
        "warn",
        "!",
        "票据已部分冲红",
        "Partly reversed",
        "该票据真实，但部分款项已退回；只有剩余金额有效。",
        "Genuine, but a part of the money was given back; only the rest is valid.",
    ),
    "reversed": Verdict(
        "bad",
        "✕",
        "票据已冲红",
        "Reversed",
        "该票据的款项已全部退回，票据不再有效。",
        "All of the money was given back; the receipt is no longer valid.",
    ),
    "red": Verdict(
        "warn",
        "↩",
        "红字票据",
        "Red receipt",
        "该票据真实，是冲销另一张票据的红字票据，不能作为缴款凭证。",
        "Genuine: it reverses another receipt, and is no proof of a payment.",
    ),
    "unknown": Verdict(
        "warn",
        "?",
        "未查到票据",
        "Not found",
        "没有与这些号码对应的票据。请核对三项号码后重新输入；仍查不到的，请勿采信。",
        "No receipt has these numbers. Check all three; if it is still not found, do not rely on the paper.",
    ),
}


def receipt_page(code: str, number: str, check_code: str, check: ReceiptCheck | None) -> str:
    """The page with the form and, below a verdict, what may be known. What was typed goes back into the fields."""
    typed = (code, number, check_code)
    if check is None:
        return _PAGE.html(typed, None)
    return _PAGE.html(typed, _VERDICTS[check.verdict], _facts(check))


def _facts(check: ReceiptCheck) -> list[Fact]:
    if check.amount_cents is None or check.reversed_cents is None or check.issued_at is None:
        return []
    sign = "-" if check.verdict == "red" else ""
    facts = [
        Fact("票据代码", "Receipt code", check.receipt_code or ""),
        Fact("票据号码", "Receipt number", check.receipt_no or ""),
        Fact("项目", "Item", check.purpose or ""),
        Fact(
            "金额", "Amount", f"{sign}{yuan(check.amount_cents)} 元", f"{sign}{yuan(check.amount_cents)} yuan"
        ),
    ]
    if check.reversed_cents:
        left = check.amount_cents - check.reversed_cents
        facts += [
            Fact("已退回", "Given back", f"{yuan(check.reversed_cents)} 元"),
            Fact("剩余有效", "Still valid", f"{yuan(left)} 元"),
        ]
    if check.reverses_no:
        facts.append(Fact("冲销票据号码", "Reverses", check.reverses_no))
    return [
        *facts,
        Fact("开票单位", "Issued by", check.unit or "", check.unit_en or ""),
        Fact("开票时间", "Issued at", shown(check.issued_at)),
    ]

"""The public verification page of documents."""

from typing import Final

from chassis.check_page import CheckPage, Fact, Field, Verdict

from .views import Verification

_PAGE: Final = CheckPage(
    title="凭证核验",
    title_en="Document verification",
    action="/verify",
    fields=[
        Field(
            "code",
            "核验码",
            "Verification code",
            "印在凭证二维码旁，共 26 位，横线与大小写不限。",
            "Printed beside the QR code; 26 characters, dashes and case do not matter.",
            longest=80,
        )
    ],
    about="本页只显示凭证的真伪与效力，不显示持有人的任何信息。请确认地址栏中的网址为官方网址。",
    about_en=(
        "This page tells whether a document is genuine and in force, and nothing about its holder. "
        "Make sure that the address above is the official one."
    ),
)

_VERDICTS: Final = {
    "valid": Verdict(
        "good",
        "✓",
        "凭证有效",
        "Valid",
        "该凭证由本平台签发，目前有效。请核对手中凭证与下列内容是否一致。",
        "Issued by this platform and in force. Make sure that the paper says the same as below.",
    ),
    "expired": Verdict(
        "warn",
        "!",
        "凭证已过期",
        "Expired",
        "该凭证确由本平台签发，但有效期已过。",
        "Genuine, but no longer in force.",
    ),
    "revoked": Verdict(
        "bad",
        "✕",
        "凭证已撤销",
        "Revoked",
        "该凭证已被出具单位撤销，不再有效。",
        "Revoked by the unit that issued it.",
    ),
    "unknown": Verdict(
        "warn",
        "?",
        "未查到凭证",
        "Not found",
        "没有与此核验码对应的凭证。请核对后重新输入；仍查不到的，请勿采信。",
        "No document has this code. Check it; if it is still not found, do not rely on the paper.",
    ),
}


def verification_page(typed: str, verification: Verification | None) -> str:
    """The page with the form and, below a verdict, what may be known. `typed` goes back into the field."""
    if verification is None:
        return _PAGE.html([typed], None)
    return _PAGE.html([typed], _VERDICTS[verification.status], _facts(verification))


def _facts(verification: Verification) -> list[Fact]:
    if verification.status == "unknown":
        return []
    until = verification.valid_until.isoformat() if verification.valid_until else "长期有效 (no expiry)"
    facts = [
        Fact("凭证编号", "Number", verification.number or ""),
        Fact("办理事项", "Service", verification.item_name or "", verification.item_name_en or ""),
        Fact("办理结果", "Result", verification.result or ""),
        Fact("出具单位", "Issued by", verification.unit or "", verification.unit_en or ""),
        Fact("出具日期", "Issued on", str(verification.issued_on)),
        Fact("有效期至", "Valid until", until),
    ]
    if verification.revoked_on:
        facts.append(Fact("撤销日期", "Revoked on", verification.revoked_on.isoformat()))
    return facts

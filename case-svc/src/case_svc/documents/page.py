"""The public verification page: plain HTML that works on any phone, without a script."""

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from contracts import platform

from .views import Verification

_FOLDER: Final = files(__package__) / "templates"
_STYLE: Final = _FOLDER.joinpath("verify.css").read_text("utf-8")
_PAGE: Final = Template(_FOLDER.joinpath("verify.html").read_text("utf-8"))
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Content-Language": "zh-CN, en",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}

_VERDICTS: Final = {
    "valid": (
        "✓",
        "凭证有效",
        "Valid",
        "该凭证由本平台签发，目前有效。请核对手中凭证与下列内容是否一致。",
        "Issued by this platform and in force. Make sure that the paper says the same as below.",
    ),
    "expired": (
        "!",
        "凭证已过期",
        "Expired",
        "该凭证确由本平台签发，但有效期已过。",
        "Genuine, but no longer in force.",
    ),
    "revoked": (
        "✕",
        "凭证已撤销",
        "Revoked",
        "该凭证已被出具单位撤销，不再有效。",
        "Revoked by the unit that issued it.",
    ),
    "unknown": (
        "?",
        "未查到凭证",
        "Not found",
        "没有与此核验码对应的凭证。请核对后重新输入；仍查不到的，请勿采信。",
        "No document has this code. Check it; if it is still not found, do not rely on the paper.",
    ),
}


def verification_page(typed: str, verification: Verification | None) -> str:
    """The page with the form and, below a verdict, what may be known. `typed` goes back into the field."""
    verdict = "" if verification is None else _verdict(verification)
    title = "凭证核验" if verification is None else f"{_VERDICTS[verification.status][1]} · 凭证核验"
    return _PAGE.substitute(
        style=_STYLE,
        platform=escape(platform.NAME),
        platform_en=escape(platform.NAME_EN),
        title=title,
        verdict=verdict,
        facts=_facts(verification),
        typed=escape(typed[:80]),
    )


def _verdict(verification: Verification) -> str:
    sign, zh, en, explained, explained_en = _VERDICTS[verification.status]
    return (
        f'<section class="verdict {verification.status}" role="status">'
        f'<span class="sign" aria-hidden="true">{sign}</span>'
        f'<div><h2>{zh}<span lang="en">{en}</span></h2>'
        f'<p>{explained}</p><p lang="en">{explained_en}</p></div></section>'
    )


def _facts(verification: Verification | None) -> str:
    if verification is None or verification.status == "unknown":
        return ""
    until = verification.valid_until.isoformat() if verification.valid_until else "长期有效 (no expiry)"
    rows = [
        ("凭证编号", "Number", verification.number, None),
        ("办理事项", "Service", verification.item_name, verification.item_name_en),
        ("办理结果", "Result", verification.result, None),
        ("出具单位", "Issued by", verification.unit, verification.unit_en),
        ("出具日期", "Issued on", str(verification.issued_on), None),
        ("有效期至", "Valid until", until, None),
    ]
    if verification.revoked_on:
        rows.append(("撤销日期", "Revoked on", verification.revoked_on.isoformat(), None))
    return f"<dl>{''.join(_row(*row) for row in rows)}</dl>"


def _row(zh: str, en: str, value: str | None, value_en: str | None) -> str:
    translated = f'<span lang="en">{escape(value_en)}</span>' if value_en else ""
    return f'<div><dt>{zh}<span lang="en">{en}</span></dt><dd>{escape(value or "")}{translated}</dd></div>'

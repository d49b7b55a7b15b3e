"""The certificate as PDF/A-2a and PDF/UA-1: archivable, readable aloud, every glyph embedded."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from chassis.clock import SHANGHAI
from chassis.pdf import print_pdf, qr_code
from contracts import platform

from .codes import grouped
from .record import Document, IssuingUnit

_TEMPLATE: Final = files(__package__).joinpath("templates/certificate.typ").read_bytes()


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom the document is for, as identity-svc knows them. Never stored here."""

    name: str
    id_number: str | None


def render_pdf(
    document: Document, holder: Holder, unit: IssuingUnit, verify_url: str, *, more_fonts: Path | None = None
) -> bytes:
    """One page of PDF. Takes about 15 ms of CPU: not for the event loop. Raises GlyphMissing."""
    return print_pdf(
        _TEMPLATE,
        _data(document, holder, unit, verify_url),
        dated=document.issued_at,
        log_as=str(document.id),
        more_fonts=more_fonts,
        qr=qr_code(verify_url),
    )


def _data(document: Document, holder: Holder, unit: IssuingUnit, verify_url: str) -> dict[str, Any]:
    issued = document.issued_at.astimezone(SHANGHAI)
    return {
        "platform": platform.NAME,
        "platform_en": platform.NAME_EN,
        "title": f"办理结果电子凭证 {document.number}",
        "number": document.number,
        "holder": holder.name,
        "item_name": document.item_name,
        "item_name_en": document.item_name_en,
        "result": document.result,
        "is_electronic": document.is_electronic,
        "unit": unit.name,
        "unit_en": unit.name_en,
        "issued_on": f"{issued.year}年{issued.month}月{issued.day}日",
        "issued_on_en": issued.date().isoformat(),
        "code": grouped(document.code),
        "verify_url": verify_url,
        "verify_address": verify_url.rsplit("/", 1)[0].split("://")[-1],
        "key_id": document.key_id,
        "rows": _rows(document, holder),
    }


def _rows(document: Document, holder: Holder) -> list[dict[str, str]]:
    until = document.valid_until
    rows = [
        ("持有人", "Holder", holder.name, ""),
        ("证件号码", "ID number", masked_number(holder.id_number), ""),
        ("办理事项", "Service", document.item_name, document.item_name_en),
        ("办理结果", "Result", document.result, ""),
        ("办件编号", "Case number", document.case_no, ""),
        ("有效期至", "Valid until", until.isoformat() if until else "长期有效", "" if until else "No expiry"),
    ]
    return [dict(zip(("label", "label_en", "value", "value_en"), row, strict=True)) for row in rows if row[2]]


def masked_number(number: str | None) -> str:
    """`440101********1234`: enough for the holder to be recognised by, too little to be misused."""
    if not number:
        return ""
    if len(number) < 12:
        return number[:2] + "*" * (len(number) - 4) + number[-2:] if len(number) > 4 else "****"
    return number[:6] + "*" * (len(number) - 10) + number[-4:]

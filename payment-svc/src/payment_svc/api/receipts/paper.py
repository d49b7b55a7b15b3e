"""A receipt as a paper: made whenever it is asked for, from the sealed record and the payer's present name."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from chassis.clock import SHANGHAI, shown
from chassis.pdf import print_pdf, qr_code
from contracts import platform

from ...application.receipt_ports import Row
from ...application.show_receipt import ReceiptDesk
from ...domain.capitals import in_capitals
from ...domain.captures import Why
from ...domain.money import yuan
from ...domain.receipts import Kind
from ...domain.words import WHY

_TEMPLATE: Final = files(__package__).joinpath("templates/receipt.typ").read_bytes()


def print_receipt(row: Row, payer: str, desk: ReceiptDesk, more_fonts: Path | None = None) -> bytes:
    """One page of PDF. CPU for some 15 ms: not for the event loop. Raises GlyphMissing."""
    return print_pdf(
        _TEMPLATE,
        _data(row, payer, desk.check_address()),
        dated=row["issued_at"],
        log_as=str(row["id"]),
        more_fonts=more_fonts,
        qr=qr_code(desk.check_url(row)),
    )


def _data(row: Row, payer: str, address: str) -> dict[str, Any]:
    red = row["kind"] == Kind.RED
    issued = row["issued_at"].astimezone(SHANGHAI)
    sign = "-" if red else ""
    return {
        "platform": platform.NAME,
        "platform_en": platform.NAME_EN,
        "is_red": red,
        "code": row["code"],
        "number": row["number"],
        "check_code": row["check_code"],
        "issued_on": f"{issued.year}年{issued.month}月{issued.day}日",
        "issued_on_en": issued.date().isoformat(),
        "payer": payer,
        "case_no": row["case_no"],
        "item_code": row["item_code"],
        "item": row["purpose"],
        "amount": sign + yuan(row["amount_cents"]),
        "capitals": ("（负数）" if red else "") + in_capitals(row["amount_cents"]),
        "unit": row["unit_name"],
        "unit_en": row["unit_name_en"],
        "paid_at": shown(row["paid_at"]),
        "reverses": f"{row['blue_code']} / {row['blue_number']}" if red else "",
        "why": WHY[Why(row["why"])][0] if red and row["why"] else "",
        "why_en": WHY[Why(row["why"])][1] if red and row["why"] else "",
        "seal_key_id": row["seal_key_id"],
        "check_address": address.split("://")[-1],
    }

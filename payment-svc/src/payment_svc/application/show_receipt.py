"""Receipts as people see them: only what the fiscal platform sealed is ever shown as a receipt."""

import hmac
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import structlog
from chassis.db import UnitOfWork

from ..domain.readings import number_of
from ..domain.receipts import Issued, Kind, ReceiptState
from .receipt_ports import Payers, ReceiptViews, Row, Seal

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiptDesk:
    """What the routes of receipts work with. `more_fonts`: a folder with fonts for rare names."""

    views: ReceiptViews
    seal: Seal
    payers: Payers
    public_url: str
    more_fonts: Path | None = None

    def check_url(self, row: Row) -> str:
        """Where anybody can check it; what the QR code says."""
        numbers = {name: row[name] for name in ("code", "number", "check_code")}
        return f"{self.check_address()}?{urlencode(numbers)}"

    def check_address(self) -> str:
        return f"{self.public_url.rstrip('/')}/receipts/check"

    def is_authentic(self, row: Row) -> bool:
        """Whether an issued receipt's record is as it was sealed; where it is not, operators find it in the log."""
        authentic = self.seal.verifies(issued_of(row))
        if not authentic:
            log.error("receipt_record_altered", receipt_id=str(row["id"]))
        return authentic

    async def checked(self, uow: UnitOfWork, code: str, number: str, check_code: str) -> Row | None:
        """The receipt with these three numbers, as typed; None where none is genuine."""
        code, number, check_code = (_plain(typed) for typed in (code, number, check_code))
        if not (code and number and check_code):
            return None
        row = await self.views.by_number(uow, code, number)
        if row is None or not hmac.compare_digest(row["check_code"].casefold().encode(), check_code.encode()):
            return None
        return row if self.is_authentic(row) else None

    async def payer(self, row: Row, *, officer_id: UUID | None) -> str:
        return await self.payers.name(row["applicant_id"], officer_id=officer_id)


def is_issued(row: Row) -> bool:
    return bool(row["state"] == ReceiptState.ISSUED)


def issued_of(row: Row) -> Issued:
    """What the platform issued, from a row whose state says so."""
    return Issued(
        business_no=number_of(row["id"]),
        kind=Kind(row["kind"]),
        code=row["code"],
        number=row["number"],
        check_code=row["check_code"],
        amount_cents=row["amount_cents"],
        issued_at=row["issued_at"],
        reverses_no=row["blue_number"],
        seal=row["seal"],
        seal_key_id=row["seal_key_id"],
    )


def _plain(typed: str) -> str:
    """Full-width digits, spaces and case do not matter; empty for what is no receipt's number."""
    text = "".join(unicodedata.normalize("NFKC", typed).split()).casefold()
    return text if text.isascii() and text.isalnum() else ""

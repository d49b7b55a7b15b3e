"""What receipts need from outside: the fiscal platform, its seal, storage, and the payer's name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.receipts import DueReceipt, Issued

Row = Mapping[str, Any]


class FiscalPlatform(Protocol):
    """Raises FiscalPlatformDown for whatever leaves unknown what it did, FiscalPlatformRefused for its no.

    The same call again gets the same receipt.
    """

    async def issue(self, due: DueReceipt) -> Issued: ...
    async def reverse(self, due: DueReceipt) -> Issued: ...
    async def find(self, number: str) -> Issued | None: ...


class Seal(Protocol):
    def verifies(self, issued: Issued) -> bool:
        """Whether the platform sealed exactly this."""
        ...


class Receipts(Protocol):
    def owe_blue(self, uow: UnitOfWork, order_id: UUID, amount_cents: int, at: datetime) -> None: ...
    def owe_red(
        self, uow: UnitOfWork, refund_id: UUID, order_id: UUID, amount_cents: int, at: datetime
    ) -> None: ...
    async def due(self, uow: UnitOfWork, receipt_id: UUID) -> DueReceipt | None: ...
    def keep(self, uow: UnitOfWork, receipt_id: UUID, issued: Issued) -> None: ...
    def note_refusal(self, uow: UnitOfWork, receipt_id: UUID, code: str) -> None: ...


class ReceiptViews(Protocol):
    """What is shown of receipts, as rows."""

    async def of_order(self, uow: UnitOfWork, order_id: UUID) -> Sequence[Row]: ...
    async def one(self, uow: UnitOfWork, receipt_id: UUID) -> Row | None: ...
    async def by_number(self, uow: UnitOfWork, code: str, number: str) -> Row | None: ...


class Payers(Protocol):
    async def name(self, account_id: UUID, *, officer_id: UUID | None = None) -> str:
        """Of a person or company, asked when it is printed and never kept; raises PayerUnavailable."""
        ...

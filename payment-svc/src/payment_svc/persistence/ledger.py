"""The append-only ledger."""

from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.captures import Account


async def enter(
    uow: UnitOfWork, capture_id: UUID, origin: Account, to: Account, amount_cents: int, at: datetime
) -> None:
    """One move of money, from one account to another."""
    await uow.execute(
        "INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)"
        " VALUES ($1, $2, $3, $4, $5)",
        capture_id, origin, to, amount_cents, at,
    )  # fmt: skip

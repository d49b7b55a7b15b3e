"""Whose postage is paid: said by payment-svc, before or after the case has something to send."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork

# Both who opens a parcel and who hears of the money take the case's row here, so that one of them finds the other.
_MEET = """INSERT INTO postage (case_id) SELECT one FROM unnest($1::uuid[]) AS wanted (one) ORDER BY one
ON CONFLICT (case_id) DO UPDATE SET case_id = excluded.case_id RETURNING case_id, paid_at"""
_PAY = """INSERT INTO postage (case_id, order_id, paid_at) VALUES ($1, $2, $3)
ON CONFLICT (case_id) DO UPDATE SET order_id = coalesce(postage.order_id, excluded.order_id),
 paid_at = coalesce(postage.paid_at, excluded.paid_at)"""


class PgPostage:
    """Implements `application.ports.PostageStore`."""

    async def meet(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When the postage of these cases was paid, of those that did; their rows are held until the commit."""
        rows = await uow.fetch(_MEET, list(case_ids)) if case_ids else []
        return {row["case_id"]: row["paid_at"] for row in rows if row["paid_at"] is not None}

    async def pay(self, uow: UnitOfWork, case_id: UUID, order_id: UUID, paid_at: datetime) -> None:
        """Of several payments the first stays."""
        await uow.execute(_PAY, case_id, order_id, paid_at)

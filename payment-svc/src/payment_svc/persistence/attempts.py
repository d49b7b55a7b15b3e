"""Attempts to pay: reserved and committed before the provider hears of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import UnitOfWork

from ..domain.orders import QUERY_AFTER, Attempt, AttemptState, Order
from .orders import ORDER, order_of

_ATTEMPT = "id, order_id, channel, state, pay_url"
_LIVE = "state IN ('reserved', 'pending')"
_PAYABLE = f"""SELECT {ORDER}, a.id AS attempt_id, a.state AS attempt_state, a.pay_url FROM payment_order o
 LEFT JOIN attempt a ON a.order_id = o.id AND a.channel = $2 AND a.{_LIVE} WHERE o.id = $1 FOR UPDATE OF o"""
# Past its end a PostgreSQL array yields NULL: no further query.
_TAKE_DUE = """UPDATE attempt SET queries = queries + 1,
 next_query_at = created_at + ($2::interval[])[queries + 2]
WHERE id IN (SELECT id FROM attempt WHERE next_query_at <= now() ORDER BY next_query_at LIMIT $1
 FOR UPDATE SKIP LOCKED) RETURNING id"""


class PgAttempts:
    """Implements `application.ports.Attempts`."""

    async def find_payable(
        self, uow: UnitOfWork, order_id: UUID, channel: str
    ) -> tuple[Order, Attempt | None] | None:
        """Locks an order and finds its live attempt on the channel, if there is one."""
        row = await uow.fetchrow(_PAYABLE, order_id, channel)
        if row is None:
            return None
        if row["attempt_id"] is None:
            return order_of(row), None
        state = AttemptState(row["attempt_state"])
        return order_of(row), Attempt(row["attempt_id"], order_id, channel, state, row["pay_url"])

    async def reserve(self, uow: UnitOfWork, attempt: Attempt, at: datetime) -> bool:
        """False when the order got a live attempt on this channel while we waited for its lock.

        The first query is planned at once, so that a crash during the call loses nothing.
        """
        made = await uow.fetchval(
            "INSERT INTO attempt (id, order_id, channel, state, created_at, next_query_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
            attempt.id, attempt.order_id, attempt.channel, attempt.state, at, at + QUERY_AFTER[0],
        )  # fmt: skip
        return made is not None

    async def keep_link(self, uow: UnitOfWork, attempt_id: UUID, pay_url: str) -> bool:
        """Stores where to pay; False when the attempt was closed or paid meanwhile."""
        kept = await uow.fetchval(
            f"UPDATE attempt SET state = 'pending', pay_url = $2 WHERE id = $1 AND {_LIVE} RETURNING id",
            attempt_id,
            pay_url,
        )
        return kept is not None

    async def unpaid_of(self, uow: UnitOfWork, order_id: UUID, *, live_only: bool) -> Sequence[Attempt]:
        """The newest attempts no money is known of: the live ones, or five that may have been paid late."""
        condition = _LIVE if live_only else "state <> 'succeeded'"
        rows = await uow.fetch(
            f"SELECT {_ATTEMPT} FROM attempt WHERE order_id = $1 AND {condition} ORDER BY id DESC LIMIT 5",
            order_id,
        )
        return [_attempt_of(row) for row in rows]

    async def find(self, uow: UnitOfWork, attempt_id: UUID) -> Attempt | None:
        row = await uow.fetchrow(f"SELECT {_ATTEMPT} FROM attempt WHERE id = $1", attempt_id)
        return _attempt_of(row) if row else None

    async def close(self, uow: UnitOfWork, attempt_id: UUID) -> None:
        await uow.execute(
            f"UPDATE attempt SET state = 'closed', next_query_at = NULL WHERE id = $1 AND {_LIVE}", attempt_id
        )

    async def take_due(self, uow: UnitOfWork, limit: int) -> Sequence[UUID]:
        """Attempts to ask the provider about now; plans each one's next time in the same statement."""
        rows = await uow.fetch(_TAKE_DUE, limit, list(QUERY_AFTER))
        return [row["id"] for row in rows]


def _attempt_of(row: Record) -> Attempt:
    return Attempt(row["id"], row["order_id"], row["channel"], AttemptState(row["state"]), row["pay_url"])

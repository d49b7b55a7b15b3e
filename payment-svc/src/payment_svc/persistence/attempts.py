"""Attempts to pay: reserved and committed before the provider hears of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork
from chassis.ids import uuid7

from ..domain.errors import AttemptEndedMeanwhile, OrderChangedMeanwhile
from ..domain.orders import QUERY_AFTER, ActedBy, Attempt, AttemptState, Order, facts_of
from ..domain.payees import Payee
from .orders import ORDER, order_of

_ATTEMPT = "id, order_id, channel, scene, payee, state, link, acted_by, mandate_id"
_LIVE = "state IN ('reserved', 'pending')"
_PAYABLE = f"""SELECT {ORDER}, a.id AS attempt_id, a.state AS attempt_state, a.link,
 a.acted_by AS attempt_by, a.mandate_id AS attempt_mandate FROM payment_order o
 LEFT JOIN attempt a ON a.order_id = o.id AND a.channel = $2 AND a.scene = $3 AND a.{_LIVE} WHERE o.id = $1"""
# The order is locked by the statement itself: who closes it either waits and finds the attempt, or was first.
_RESERVE = Statement(
    """INSERT INTO attempt (id, order_id, channel, scene, payee, state, created_at, next_query_at, acted_by, mandate_id)
 SELECT $1, id, $3, $4, $5, 'reserved', $6, $7, $8, $9 FROM payment_order WHERE id = $2 AND state = 'open'
 FOR NO KEY UPDATE ON CONFLICT DO NOTHING"""
)
_HAND_OVER = Statement(f"UPDATE attempt SET acted_by = $2, mandate_id = $3 WHERE id = $1 AND {_LIVE}")
_KEEP_LINK = Statement(f"UPDATE attempt SET state = 'pending', link = $2 WHERE id = $1 AND {_LIVE}")
# Past its end a PostgreSQL array yields NULL: no further query.
_TAKE_DUE = """UPDATE attempt SET queries = queries + 1,
 next_query_at = created_at + ($2::interval[])[queries + 2]
WHERE id IN (SELECT id FROM attempt WHERE next_query_at <= now() ORDER BY next_query_at LIMIT $1
 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id"""


class PgAttempts:
    """Implements `application.ports.Attempts`."""

    async def find_payable(
        self, uow: UnitOfWork, order_id: UUID, channel: str, scene: str
    ) -> tuple[Order, Attempt | None] | None:
        """An order with its live attempt on the channel in this scene, if there is one; nothing is held."""
        row = await uow.read_row(_PAYABLE, order_id, channel, scene)
        if row is None:
            return None
        if row["attempt_id"] is None:
            return order_of(row), None
        order, state = order_of(row), AttemptState(row["attempt_state"])
        by = ActedBy.of(row["attempt_by"], row["attempt_mandate"])
        return order, Attempt(
            row["attempt_id"], order_id, channel, scene, order.payee, state, row["link"], by
        )

    def reserve(
        self, uow: UnitOfWork, order: Order, channel: str, scene: str, at: datetime, by: ActedBy | None = None
    ) -> Attempt:
        """A new attempt; OrderChangedMeanwhile when the order got one, or is not open any more.

        The first query is planned at once, so that a crash during the call loses nothing.
        """
        attempt = Attempt(uuid7(), order.id, channel, scene, order.payee, AttemptState.RESERVED, None, by)
        uow.write(
            _RESERVE, attempt.id, order.id, channel, scene, order.payee, at, at + QUERY_AFTER[0],
            *facts_of(by).values(),
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order.id),
        )  # fmt: skip
        return attempt

    def hand_over(self, uow: UnitOfWork, attempt: Attempt, by: ActedBy | None) -> Attempt:
        """Notes who is given the link now; OrderChangedMeanwhile when the attempt has ended."""
        uow.write(
            _HAND_OVER, attempt.id, *facts_of(by).values(),
            rows=1, otherwise=lambda: OrderChangedMeanwhile(attempt.order_id),
        )  # fmt: skip
        return replace(attempt, by=by)

    def keep_link(self, uow: UnitOfWork, attempt: Attempt, link: str) -> Attempt:
        """Stores what to pay with; AttemptEndedMeanwhile when it was closed or paid."""
        uow.write(
            _KEEP_LINK, attempt.id, link,
            rows=1, otherwise=lambda: AttemptEndedMeanwhile(attempt.order_id),
        )  # fmt: skip
        return replace(attempt, state=AttemptState.PENDING, link=link)

    async def unpaid_of(self, uow: UnitOfWork, order_id: UUID, *, live_only: bool) -> Sequence[Attempt]:
        """The newest attempts no money is known of: the live ones, or five that may have been paid late."""
        condition = _LIVE if live_only else "state <> 'succeeded'"
        rows = await uow.read(
            f"SELECT {_ATTEMPT} FROM attempt WHERE order_id = $1 AND {condition} ORDER BY id DESC LIMIT 5",
            order_id,
        )
        return [_attempt_of(row) for row in rows]

    async def find(self, uow: UnitOfWork, attempt_id: UUID) -> Attempt | None:
        row = await uow.read_row(f"SELECT {_ATTEMPT} FROM attempt WHERE id = $1", attempt_id)
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
    by = ActedBy.of(row["acted_by"], row["mandate_id"])
    return Attempt(
        id=row["id"],
        order_id=row["order_id"],
        channel=row["channel"],
        scene=row["scene"],
        payee=Payee(row["payee"]),
        state=AttemptState(row["state"]),
        link=row["link"],
        by=by,
    )

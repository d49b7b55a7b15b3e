"""What differs between bills and what we booked, as it is decided about and as it is shown."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from asyncpg import Record
from chassis.db import UnitOfWork

from ..domain.bills import OPEN_ONES, Decision, Difference, Entry, Kind, Standing
from ..domain.payees import Payee

_LIVE: Final = "d.state IN ('open', 'carried', 'awaiting_approval')"
_FACTS: Final = """SELECT d.*, c.state AS capture_state, o.id AS order_id, o.case_id, o.amount_cents AS order_cents,
 o.state AS order_state, CASE WHEN c.state = 'held' AND c.returning_cents = 0 THEN c.amount_cents END AS held_cents,
 n.version IS NOT NULL AS next_bill_is_here
FROM bill_difference d LEFT JOIN capture c ON c.id = d.capture_id LEFT JOIN attempt a ON a.id = d.attempt_id
LEFT JOIN payment_order o ON o.id = coalesce(c.order_id, a.order_id)
LEFT JOIN bill n ON n.channel = d.channel AND n.payee = d.payee AND n.day = d.day + 1 AND n.version > 0"""
_LIST: Final = f"""{_FACTS} WHERE d.id > $1 AND ($3::text IS NULL OR d.channel = $3)
 AND ($4::date IS NULL OR d.day = $4) AND ($5::text IS NULL OR d.kind = $5)"""
LIST_LIVE: Final = f"{_LIST} AND {_LIVE} ORDER BY d.id LIMIT $2"
LIST_ALL: Final = f"{_LIST} AND d.state = ANY($6::text[]) ORDER BY d.id LIMIT $2"
LIVE: Final = f"""SELECT d.id, d.found_at AS received_at, d.channel, o.id AS order_id, o.case_id,
 d.key AS transaction_id, d.kind AS outcome, d.day, d.ours, d.theirs,
 coalesce((d.theirs ->> 'amount_cents')::bigint, (d.ours ->> 'amount_cents')::bigint) AS amount_cents
FROM bill_difference d LEFT JOIN capture c ON c.id = d.capture_id LEFT JOIN attempt a ON a.id = d.attempt_id
LEFT JOIN payment_order o ON o.id = coalesce(c.order_id, a.order_id)
WHERE {_LIVE} AND d.id > $1 ORDER BY d.id LIMIT $2"""
_DAYS: Final = """SELECT b.*, f.* FROM bill b, LATERAL (
 SELECT count(*) FILTER (WHERE state IN ('open', 'awaiting_approval')) AS open,
  count(*) FILTER (WHERE state = 'carried') AS carried, count(*) FILTER (WHERE state = 'decided') AS decided,
  count(*) FILTER (WHERE state = 'resolved') AS resolved,
  count(*) FILTER (WHERE kind = 'long' AND state <> 'resolved') AS long,
  count(*) FILTER (WHERE kind = 'short' AND state <> 'resolved') AS short,
  count(*) FILTER (WHERE kind = 'duplicate' AND state <> 'resolved') AS duplicate,
  count(*) FILTER (WHERE kind = 'amount' AND state <> 'resolved') AS amount
 FROM bill_difference WHERE bill_id = b.id) f"""
_LINES: Final = """SELECT l.n, l.entry, l.key, l.serial, l.number, l.amount_cents, l.fee_cents, l.at, d.kind, d.state,
 d.decision, d.note, d.outcome, d.ours FROM bill_line l LEFT JOIN LATERAL (
  SELECT * FROM bill_difference WHERE bill_id = l.bill_id AND line = l.n AND state <> 'resolved'
  ORDER BY id DESC LIMIT 1) d ON true
WHERE l.bill_id = $1 AND l.n > $2 ORDER BY l.n LIMIT $3"""
_OURS_ONLY: Final = """SELECT id, entry, key, number, kind, state, decision, note, outcome, ours FROM bill_difference
 WHERE bill_id = $1 AND kind = 'short' AND state <> 'resolved' AND id > $2 ORDER BY id LIMIT $3"""


class PgBillDifferences:
    """Implements `application.bill_ports.BillDifferences` and `BillViews`."""

    async def lock(self, uow: UnitOfWork, difference_id: UUID) -> Difference | None:
        row = await uow.fetchrow("SELECT id FROM bill_difference WHERE id = $1 FOR UPDATE", difference_id)
        found = row and await self.difference(uow, difference_id)
        return difference_of(found) if found else None

    async def note_decision(
        self,
        uow: UnitOfWork,
        one: Difference,
        to: Standing,
        decision: Decision,
        note: str,
        by: UUID,
        at: datetime,
    ) -> None:
        """One that is carried over, or waits for approval, has not ended."""
        await uow.execute(
            "UPDATE bill_difference SET state = $2, decision = $3, note = $4, decided_by = $5,"
            " decided_at = $6::timestamptz, ended_at = CASE WHEN $2 = 'decided' THEN $6::timestamptz END WHERE id = $1",
            one.id, to, decision, note, by, at,
        )  # fmt: skip

    async def approve(self, uow: UnitOfWork, one: Difference, by: UUID, at: datetime) -> None:
        await uow.execute(
            "UPDATE bill_difference SET state = 'decided', approved_by = $2, ended_at = $3 WHERE id = $1",
            one.id, by, at,
        )  # fmt: skip

    async def decline(self, uow: UnitOfWork, one: Difference) -> None:
        """Open again; who wanted what stands in the audit log."""
        await uow.execute(
            "UPDATE bill_difference SET state = 'open', decision = NULL, note = NULL, decided_by = NULL,"
            " decided_at = NULL WHERE id = $1",
            one.id,
        )

    async def note_answer(self, uow: UnitOfWork, difference_id: UUID, answer: str, at: datetime) -> None:
        await uow.execute(
            "UPDATE bill_difference SET answer = $2, asked_at = $3 WHERE id = $1", difference_id, answer, at
        )

    async def differences(
        self,
        uow: UnitOfWork,
        after: UUID,
        limit: int,
        *,
        channel: str | None,
        day: date | None,
        kind: str | None,
        states: Sequence[str],
    ) -> Sequence[Record]:
        """As they were found."""
        if set(states) == set(OPEN_ONES):
            return await uow.read(LIST_LIVE, after, limit, channel, day, kind)
        return await uow.read(LIST_ALL, after, limit, channel, day, kind, list(states))

    async def difference(self, uow: UnitOfWork, difference_id: UUID) -> Record | None:
        return await uow.read_row(f"{_FACTS} WHERE d.id = $1", difference_id)

    async def days(
        self,
        uow: UnitOfWork,
        before: tuple[date, UUID] | None,
        limit: int,
        channel: str | None,
        day: date | None,
    ) -> Sequence[Record]:
        """Newest first."""
        return await uow.read(
            f"{_DAYS} WHERE ($1::date IS NULL OR (b.day, b.id) < ($1, $2::uuid))"
            " AND ($4::text IS NULL OR b.channel = $4) AND ($5::date IS NULL OR b.day = $5)"
            " ORDER BY b.day DESC, b.id DESC LIMIT $3",
            *(before or (None, None)), limit, channel, day,
        )  # fmt: skip

    async def bill(self, uow: UnitOfWork, channel: str, payee: str, day: date) -> Record | None:
        return await uow.read_row(
            f"{_DAYS} WHERE b.channel = $1 AND b.payee = $2 AND b.day = $3", channel, payee, day
        )

    async def lines(self, uow: UnitOfWork, bill_id: UUID, after: int, limit: int) -> Sequence[Record]:
        """The bill's lines in its order, with what differs; none: equal."""
        return await uow.read(_LINES, bill_id, after, limit)

    async def ours_only(self, uow: UnitOfWork, bill_id: UUID, after: UUID, limit: int) -> Sequence[Record]:
        """What only we have of the day."""
        return await uow.read(_OURS_ONLY, bill_id, after, limit)


def difference_of(row: Record) -> Difference:
    return Difference(
        id=row["id"],
        bill_id=row["bill_id"],
        channel=row["channel"],
        payee=Payee(row["payee"]),
        day=row["day"],
        kind=Kind(row["kind"]),
        entry=Entry(row["entry"]),
        key=row["key"],
        number=row["number"],
        theirs=row["theirs"],
        ours=row["ours"],
        state=Standing(row["state"]),
        decision=Decision(row["decision"]) if row["decision"] else None,
        decided_by=row["decided_by"],
        note=row["note"],
        attempt_id=row["attempt_id"],
        capture_id=row["capture_id"],
        refund_id=row["refund_id"],
        held_cents=row["held_cents"],
        next_bill_is_here=row["next_bill_is_here"],
    )

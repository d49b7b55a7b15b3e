"""The bank's books: orders, captures, refunds."""

import secrets
import sqlite3
from typing import NamedTuple

from ..books import Books
from ..clock import now_ms

Row = sqlite3.Row

_ORDER = (
    "SELECT o.*, c.transaction_id, c.amount_cents AS captured_cents, c.captured_at FROM bank_order o"
    " LEFT JOIN bank_capture c ON c.seq ="
    " (SELECT min(seq) FROM bank_capture WHERE out_trade_no = o.out_trade_no)"
)


class OrderLine(NamedTuple):
    """A new order, in the order of the columns it is written to; `expires_at` in milliseconds."""

    out_trade_no: str
    amount_cents: int
    currency: str
    description: str
    notify_url: str
    return_url: str | None
    expires_at: int


class BankBooks:
    def __init__(self, books: Books) -> None:
        self._books = books
        self.transaction = books.transaction

    def order(self, out_trade_no: str) -> Row | None:
        """The order with its first capture, if any."""
        return self._books.row(f"{_ORDER} WHERE o.out_trade_no = ?", out_trade_no)

    def order_by_prepay_id(self, prepay_id: str) -> Row | None:
        return self._books.row(f"{_ORDER} WHERE o.prepay_id = ?", prepay_id)

    def add_order(self, order: OrderLine) -> str:
        """Its prepay id."""
        prepay_id = f"wp{secrets.token_hex(16)}"
        self._books.run(
            "INSERT INTO bank_order (prepay_id, state, created_at, out_trade_no, amount_cents, currency,"
            " description, notify_url, return_url, expires_at) VALUES (?, 'NOTPAY', ?, ?, ?, ?, ?, ?, ?, ?)",
            prepay_id,
            now_ms(),
            *order,
        )
        return prepay_id

    def set_order_state(self, out_trade_no: str, state: str) -> None:
        self._books.run("UPDATE bank_order SET state = ? WHERE out_trade_no = ?", state, out_trade_no)

    def add_capture(self, out_trade_no: str, amount_cents: int) -> tuple[str, int]:
        """Its transaction id and time."""
        now = now_ms()
        transaction_id = f"4200{now:013d}{secrets.randbelow(10**11):011d}"
        self._books.run(
            "INSERT INTO bank_capture (transaction_id, out_trade_no, amount_cents, captured_at)"
            " VALUES (?, ?, ?, ?)",
            transaction_id,
            out_trade_no,
            amount_cents,
            now,
        )
        return transaction_id, now

    def capture(self, out_trade_no: str, transaction_id: str | None) -> Row | None:
        """That capture of the order, or its first."""
        return self._books.row(
            "SELECT * FROM bank_capture WHERE out_trade_no = ?1 AND (?2 IS NULL OR transaction_id = ?2)"
            " ORDER BY seq LIMIT 1",
            out_trade_no,
            transaction_id,
        )

    def refund(self, out_refund_no: str) -> Row | None:
        return self._books.row("SELECT * FROM bank_refund WHERE out_refund_no = ?", out_refund_no)

    def refunded_cents(self, out_trade_no: str) -> int:
        """Back with the payer."""
        return self._sum_of_refunds(out_trade_no, None, "status = 'SUCCESS'")

    def spoken_for_cents(self, capture: Row) -> int:
        """Of one capture: back with the payer, on the way there, or being handled (ABNORMAL)."""
        return self._sum_of_refunds(capture["out_trade_no"], capture["transaction_id"], "status <> 'CLOSED'")

    def _sum_of_refunds(self, out_trade_no: str, transaction_id: str | None, condition: str) -> int:
        row = self._books.row(
            f"SELECT coalesce(sum(refund_cents), 0) FROM bank_refund WHERE {condition}"
            " AND out_trade_no = ?1 AND (?2 IS NULL OR transaction_id = ?2)",
            out_trade_no,
            transaction_id,
        )
        assert row is not None
        total: int = row[0]
        return total

    def add_refund(
        self, out_refund_no: str, capture: Row, refund_cents: int, reason: str, notify_url: str, due_at: int
    ) -> None:
        now = now_ms()
        self._books.run(
            "INSERT INTO bank_refund (out_refund_no, refund_id, out_trade_no, transaction_id, refund_cents,"
            " total_cents, reason, notify_url, status, created_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'PROCESSING', ?, ?)",
            out_refund_no,
            f"5000{now:013d}{secrets.randbelow(10**11):011d}",
            capture["out_trade_no"],
            capture["transaction_id"],
            refund_cents,
            capture["amount_cents"],
            reason,
            notify_url,
            now,
            due_at,
        )

    def finish_refund(self, out_refund_no: str, status: str) -> None:
        self._books.run(
            "UPDATE bank_refund SET status = ?, finished_at = ? WHERE out_refund_no = ?",
            status,
            now_ms(),
            out_refund_no,
        )

    def running_refunds(self) -> list[tuple[str, int]]:
        """Number and due time of each."""
        rows = self._books.rows("SELECT out_refund_no, due_at FROM bank_refund WHERE status = 'PROCESSING'")
        return [(row["out_refund_no"], row["due_at"]) for row in rows]

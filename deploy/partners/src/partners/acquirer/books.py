"""A payment provider's books: orders, captures, refunds. All providers share the tables, each sees its own rows."""

import secrets
import sqlite3
from collections.abc import Iterator

from ..books import Books
from ..clock import now_ms

Row = sqlite3.Row

_ORDER = (
    "SELECT o.*, c.transaction_id, c.amount_cents AS captured_cents, c.captured_at FROM pay_order o"
    " LEFT JOIN pay_capture c ON c.seq ="
    " (SELECT min(seq) FROM pay_capture WHERE out_trade_no = o.out_trade_no)"
)


class AcquirerBooks:
    def __init__(self, books: Books, channel: str) -> None:
        self._books = books
        self._channel = channel
        self.transaction = books.transaction

    def order(self, out_trade_no: str) -> Row | None:
        """The order with its first capture, if any."""
        return self._books.row(
            f"{_ORDER} WHERE o.out_trade_no = ? AND o.channel = ?", out_trade_no, self._channel
        )

    def order_by_prepay_id(self, prepay_id: str) -> Row | None:
        return self._books.row(f"{_ORDER} WHERE o.prepay_id = ? AND o.channel = ?", prepay_id, self._channel)

    def add_order(self, order: tuple[object, ...], prepay_id: str) -> None:
        """`order` is an `OrderLine`."""
        self._books.run(
            "INSERT INTO pay_order (channel, prepay_id, state, created_at, out_trade_no, merchant, scene,"
            " amount_cents, currency, description, notify_url, return_url, expires_at, payer)"
            " VALUES (?, ?, 'NOTPAY', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._channel,
            prepay_id,
            now_ms(),
            *order,
        )

    def set_order_state(self, out_trade_no: str, state: str) -> None:
        self._books.run("UPDATE pay_order SET state = ? WHERE out_trade_no = ?", state, out_trade_no)

    def add_capture(self, out_trade_no: str, amount_cents: int) -> tuple[str, int]:
        """Its transaction id and time."""
        now = now_ms()
        transaction_id = f"4200{now:013d}{secrets.randbelow(10**11):011d}"
        self._books.run(
            "INSERT INTO pay_capture (transaction_id, out_trade_no, amount_cents, captured_at)"
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
            "SELECT * FROM pay_capture WHERE out_trade_no = ?1 AND (?2 IS NULL OR transaction_id = ?2)"
            " ORDER BY seq LIMIT 1",
            out_trade_no,
            transaction_id,
        )

    def refund(self, out_refund_no: str) -> Row | None:
        return self._books.row(
            "SELECT r.* FROM pay_refund r JOIN pay_order o USING (out_trade_no)"
            " WHERE out_refund_no = ? AND o.channel = ?",
            out_refund_no,
            self._channel,
        )

    def refunded_cents(self, out_trade_no: str) -> int:
        """Back with the payer."""
        return self._sum_of_refunds(out_trade_no, None, "status = 'SUCCESS'")

    def spoken_for_cents(self, capture: Row) -> int:
        """Of one capture: back with the payer, on the way there, or being handled (ABNORMAL)."""
        return self._sum_of_refunds(capture["out_trade_no"], capture["transaction_id"], "status <> 'CLOSED'")

    def _sum_of_refunds(self, out_trade_no: str, transaction_id: str | None, condition: str) -> int:
        row = self._books.row(
            f"SELECT coalesce(sum(refund_cents), 0) FROM pay_refund WHERE {condition}"
            " AND out_trade_no = ?1 AND (?2 IS NULL OR transaction_id = ?2)",
            out_trade_no,
            transaction_id,
        )
        assert row is not None
        total: int = row[0]
        return total

    def add_refund(
        self,
        out_refund_no: str,
        capture: Row,
        refund_cents: int,
        reason: str,
        notify_url: str | None,
        due_at: int,
    ) -> None:
        now = now_ms()
        self._books.run(
            "INSERT INTO pay_refund (out_refund_no, refund_id, out_trade_no, transaction_id, refund_cents,"
            " total_cents, reason, notify_url, status, created_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'PROCESSING', ?, ?)",
            out_refund_no,
            f"5000{now:013d}{secrets.randbelow(10**11):011d}",
            capture["out_trade_no"],
            capture["transaction_id"],
            refund_cents,
            capture["amount_cents"],
            reason,
            notify_url or "",
            now,
            due_at,
        )

    def finish_refund(self, out_refund_no: str, status: str) -> None:
        self._books.run(
            "UPDATE pay_refund SET status = ?, finished_at = ? WHERE out_refund_no = ?",
            status,
            now_ms(),
            out_refund_no,
        )

    def captured_between(self, merchant: str, first: int, end: int) -> Iterator[Row]:
        """What came in for a merchant, in its order, with its order's facts; read as it is used."""
        return self._books.stream(
            "SELECT c.*, o.scene, o.payer, o.description FROM pay_capture c JOIN pay_order o USING (out_trade_no)"
            " WHERE c.captured_at >= ? AND c.captured_at < ? AND o.channel = ? AND o.merchant = ? ORDER BY c.seq",
            first,
            end,
            self._channel,
            merchant,
        )

    def refunded_between(self, merchant: str, first: int, end: int) -> Iterator[Row]:
        """What went back to payers."""
        return self._books.stream(
            "SELECT r.*, o.scene, o.payer, o.description FROM pay_refund r JOIN pay_order o USING (out_trade_no)"
            " WHERE r.status = 'SUCCESS' AND r.finished_at >= ? AND r.finished_at < ?"
            " AND o.channel = ? AND o.merchant = ? ORDER BY r.seq",
            first,
            end,
            self._channel,
            merchant,
        )

    def running_refunds(self) -> list[tuple[str, int]]:
        """Number and due time of each."""
        rows = self._books.rows(
            "SELECT out_refund_no, r.due_at FROM pay_refund r JOIN pay_order o USING (out_trade_no)"
            " WHERE r.status = 'PROCESSING' AND o.channel = ?",
            self._channel,
        )
        return [(row["out_refund_no"], row["due_at"]) for row in rows]

"""The courier's books: orders and traces."""

import sqlite3
from dataclasses import dataclass
from secrets import token_hex

from ..books import Books
from ..clock import now_ms

Row = sqlite3.Row

_SERIAL_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True, slots=True)
class Trace:
    event_id: str
    code: str
    time: int
    description: str


class CourierBooks:
    def __init__(self, books: Books) -> None:
        self._books = books
        self.transaction = books.transaction

    def order(self, order_no: str) -> Row | None:
        return self._books.row("SELECT * FROM courier_order WHERE order_no = ?", order_no)

    def add_order(self, order_no: str, direction: str, id_bound: bool, parties: str, notify_url: str) -> str:
        """Its waybill number."""
        last = self._books.row("SELECT coalesce(max(seq), 0) FROM courier_order")
        assert last is not None
        waybill_no = waybill(last[0] + 1)
        self._books.run(
            "INSERT INTO courier_order (order_no, waybill_no, direction, id_bound, parties, notify_url,"
            " state, step, by_hand, created_at) VALUES (?, ?, ?, ?, ?, ?, 'ACCEPTED', 0, 0, ?)",
            order_no,
            waybill_no,
            direction,
            id_bound,
            parties,
            notify_url,
            now_ms(),
        )
        return waybill_no

    def add_trace(self, order_no: str, code: str, description: str, *, by_hand: bool) -> Trace:
        """The parcel's next trace; its state becomes the code, and by hand it stops moving by itself."""
        trace = Trace(f"ce_{token_hex(16)}", code, now_ms(), description)
        self._books.run(
            "INSERT INTO courier_trace (event_id, order_no, code, time, description) VALUES (?, ?, ?, ?, ?)",
            trace.event_id,
            order_no,
            code,
            trace.time,
            description,
        )
        self._books.run(
            "UPDATE courier_order SET state = ?, step = step + 1, by_hand = max(by_hand, ?)"
            " WHERE order_no = ?",
            code,
            by_hand,
            order_no,
        )
        return trace

    def cancel(self, order_no: str) -> None:
        self._books.run("UPDATE courier_order SET state = 'CANCELLED' WHERE order_no = ?", order_no)

    def traces(self, order_no: str) -> list[Row]:
        return self._books.rows("SELECT * FROM courier_trace WHERE order_no = ? ORDER BY seq", order_no)

    def moving(self) -> list[str]:
        """Parcels that advance by themselves and have not arrived."""
        rows = self._books.rows(
            "SELECT order_no FROM courier_order WHERE by_hand = 0"
            " AND state NOT IN ('DELIVERED', 'RETURNED', 'CANCELLED') ORDER BY seq"
        )
        return [row["order_no"] for row in rows]


def waybill(serial: int) -> str:
    """`EX` + 8 digits + check digit + `CN`, as the postal union counts it (S10)."""
    digits = f"{serial % 10**8:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, _SERIAL_WEIGHTS, strict=True)) % 11
    return f"EX{digits}{ {10: 0, 11: 5}.get(rest, rest) }CN"

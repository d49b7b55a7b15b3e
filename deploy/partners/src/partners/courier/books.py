"""The couriers' books: parcels and their scans."""

import sqlite3
from datetime import datetime

from ..books import Books
from ..clock import SHANGHAI, now_ms

Row = sqlite3.Row

_SECOND = 1_000


class CourierBooks:
    def __init__(self, books: Books) -> None:
        self._books = books
        self.transaction = books.transaction

    def parcel(self, courier: str, order_no: str) -> Row | None:
        return self._books.row("SELECT * FROM parcel WHERE courier = ? AND order_no = ?", courier, order_no)

    def of_any(self, order_no: str) -> Row | None:
        """The last with that number, at whichever courier."""
        return self._books.row("SELECT * FROM parcel WHERE order_no = ? ORDER BY seq DESC LIMIT 1", order_no)

    def of_waybill(self, courier: str, waybill_no: str) -> Row | None:
        return self._books.row(
            "SELECT * FROM parcel WHERE courier = ? AND waybill_no = ?", courier, waybill_no
        )

    def next_serial(self) -> int:
        last = self._books.row("SELECT coalesce(max(seq), 0) FROM parcel")
        assert last is not None
        return int(last[0]) + 1

    def add_parcel(
        self, courier: str, order_no: str, waybill_no: str, id_bound: bool, parties: str, notify_url: str
    ) -> None:
        self._books.run(
            "INSERT INTO parcel (courier, order_no, waybill_no, id_bound, parties, notify_url, state, step,"
            " by_hand, created_at) VALUES (?, ?, ?, ?, ?, ?, 'ACCEPTED', 0, 0, ?)",
            courier,
            order_no,
            waybill_no,
            id_bound,
            parties,
            notify_url,
            now_ms(),
        )

    def add_scan(
        self, parcel: Row, code: str, op_code: str, description: str, *, by_hand: bool
    ) -> tuple[str, int]:
        """Its id and time; the parcel's state becomes the code, and by hand it stops moving by itself.

        Couriers give scans no number: what is of one waybill, code and second is one scan. So each here has a second
        of its own.
        """
        time = now_ms() // _SECOND * _SECOND
        while self._books.row(
            "SELECT 1 FROM parcel_scan WHERE event_id = ?", scan_id(parcel["waybill_no"], op_code, time)
        ):
            time += _SECOND
        event_id = scan_id(parcel["waybill_no"], op_code, time)
        self._books.run(
            "INSERT INTO parcel_scan (event_id, waybill_no, order_no, code, op_code, time, description)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            event_id,
            parcel["waybill_no"],
            parcel["order_no"],
            code,
            op_code,
            time,
            description,
        )
        self._books.run(
            "UPDATE parcel SET state = ?, step = step + 1, by_hand = max(by_hand, ?) WHERE seq = ?",
            code,
            by_hand,
            parcel["seq"],
        )
        return event_id, time

    def cancel(self, parcel: Row) -> None:
        self._books.run("UPDATE parcel SET state = 'CANCELLED' WHERE seq = ?", parcel["seq"])

    def scans(self, parcel: Row) -> list[Row]:
        return self._books.rows(
            "SELECT * FROM parcel_scan WHERE waybill_no = ? ORDER BY seq", parcel["waybill_no"]
        )

    def moving(self) -> list[Row]:
        """Parcels that advance by themselves and have not arrived."""
        return self._books.rows(
            "SELECT * FROM parcel WHERE by_hand = 0"
            " AND state NOT IN ('DELIVERED', 'TAKEN_FROM_LOCKER', 'RETURNED', 'CANCELLED') ORDER BY seq"
        )


def scan_id(waybill_no: str, op_code: str, time: int) -> str:
    return f"{waybill_no}-{op_code}-{datetime.fromtimestamp(time / _SECOND, SHANGHAI):%Y%m%d%H%M%S}"

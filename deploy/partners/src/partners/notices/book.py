"""Notices and their deliveries in the books."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from ..books import Books
from ..clock import now_ms
from ..faults import Partner

KEPT_ANSWER = 500  # characters of a receiver's answer kept per delivery


@dataclass(slots=True)
class Notice:
    """One message to deliver: the same id and bytes, however often it is sent."""

    notice_id: str
    partner: Partner
    ref: str
    url: str
    body: bytes
    attempts: int
    due_at: int
    on_schedule: bool = True  # False: acknowledged or given up before, sent once more by hand


@dataclass(frozen=True, slots=True)
class Attempt:
    """`sent` is `genuine`, `forged`, `stale` or `dropped` (never left the house)."""

    at: int
    sent: str
    acked: bool
    status: int | None = None
    answer: str | None = None
    error: str | None = None


class NoticeBook:
    def __init__(self, books: Books) -> None:
        self._books = books

    def add(self, notice_id: str, partner: Partner, ref: str, url: str, body: bytes) -> Notice:
        """Inside the transaction of what the notice tells."""
        now = now_ms()
        self._books.run(
            "INSERT INTO notice (notice_id, partner, ref, url, body, state, attempts, due_at, created_at)"
            " VALUES (?, ?, ?, ?, ?, 'PENDING', 0, ?, ?)",
            notice_id,
            partner,
            ref,
            url,
            body,
            now,
            now,
        )
        return Notice(notice_id, partner, ref, url, body, 0, now)

    def record(self, notice: Notice, attempts: list[Attempt], retry_at: int | None) -> None:
        """What came of one round; `retry_at` None ends the schedule. An acknowledged notice stays so."""
        acked = any(attempt.acked for attempt in attempts)
        state = "ACKED" if acked else "GAVE_UP" if retry_at is None else "PENDING"
        with self._books.transaction():
            for attempt in attempts:
                self._books.run(
                    "INSERT INTO delivery (notice_id, at, sent, status, answer, error)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    notice.notice_id,
                    attempt.at,
                    attempt.sent,
                    attempt.status,
                    attempt.answer,
                    attempt.error,
                )
            self._books.run(
                "UPDATE notice SET attempts = ?, due_at = ?, state = iif(state = 'ACKED', state, ?)"
                " WHERE notice_id = ?",
                notice.attempts,
                retry_at or notice.due_at,
                state,
                notice.notice_id,
            )

    def pending(self) -> list[Notice]:
        rows = self._books.rows("SELECT * FROM notice WHERE state = 'PENDING' ORDER BY seq")
        return [_notice(row) for row in rows]

    def unacked(self, partners: Sequence[Partner]) -> list[Notice]:
        rows = self._books.rows(
            "SELECT * FROM notice WHERE state <> 'ACKED' AND partner IN (SELECT value FROM json_each(?))"
            " ORDER BY seq",
            orjson.dumps(partners).decode(),
        )
        return [_notice(row) for row in rows]

    def find(self, notice_id: str) -> Notice | None:
        row = self._books.row("SELECT * FROM notice WHERE notice_id = ?", notice_id)
        return None if row is None else _notice(row)


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        row["notice_id"],
        row["partner"],
        row["ref"],
        row["url"],
        row["body"],
        row["attempts"],
        row["due_at"],
        on_schedule=row["state"] == "PENDING",
    )

"""The partners' books: one SQLite file, written on the event loop.

Why on the loop: a transaction of two or three rows costs less CPU than handing it to a thread and waking the
loop again, and what was answered is committed. `synchronous=NORMAL` in WAL mode survives the kill of the
process at any moment (the pages are the kernel's by then); only a power cut may lose the last seconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import CannotStart

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pay_order (
    seq INTEGER PRIMARY KEY, out_trade_no TEXT NOT NULL UNIQUE, prepay_id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL DEFAULT 'bank', merchant TEXT NOT NULL DEFAULT '1900006101',
    scene TEXT NOT NULL DEFAULT 'web', payer TEXT, amount_cents INTEGER NOT NULL,
    currency TEXT NOT NULL, description TEXT NOT NULL,
    notify_url TEXT NOT NULL, return_url TEXT, expires_at INTEGER NOT NULL, state TEXT NOT NULL,
    created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pay_capture (
    seq INTEGER PRIMARY KEY, transaction_id TEXT NOT NULL UNIQUE, out_trade_no TEXT NOT NULL,
    amount_cents INTEGER NOT NULL, captured_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS pay_capture_order ON pay_capture (out_trade_no);
CREATE TABLE IF NOT EXISTS pay_refund (
    seq INTEGER PRIMARY KEY, out_refund_no TEXT NOT NULL UNIQUE, refund_id TEXT NOT NULL,
    out_trade_no TEXT NOT NULL, transaction_id TEXT NOT NULL, refund_cents INTEGER NOT NULL,
    total_cents INTEGER NOT NULL, reason TEXT NOT NULL, notify_url TEXT NOT NULL, status TEXT NOT NULL,
    created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, finished_at INTEGER);
CREATE INDEX IF NOT EXISTS pay_refund_order ON pay_refund (out_trade_no);
CREATE INDEX IF NOT EXISTS pay_refund_running ON pay_refund (due_at) WHERE status = 'PROCESSING';
CREATE TABLE IF NOT EXISTS parcel (
    seq INTEGER PRIMARY KEY, courier TEXT NOT NULL, order_no TEXT NOT NULL, waybill_no TEXT NOT NULL UNIQUE,
    id_bound INTEGER NOT NULL, parties TEXT NOT NULL, notify_url TEXT NOT NULL, state TEXT NOT NULL,
    step INTEGER NOT NULL, by_hand INTEGER NOT NULL, created_at INTEGER NOT NULL, UNIQUE (order_no, courier));
CREATE INDEX IF NOT EXISTS parcel_moving ON parcel (seq)
    WHERE by_hand = 0 AND state NOT IN ('DELIVERED', 'TAKEN_FROM_LOCKER', 'RETURNED', 'CANCELLED');
CREATE TABLE IF NOT EXISTS parcel_scan (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, waybill_no TEXT NOT NULL, order_no TEXT NOT NULL,
    code TEXT NOT NULL, op_code TEXT NOT NULL, time INTEGER NOT NULL, description TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS parcel_scan_waybill ON parcel_scan (waybill_no);
CREATE TABLE IF NOT EXISTS parcel_claim (
    claim_no TEXT PRIMARY KEY, courier TEXT NOT NULL, order_no TEXT NOT NULL, kind TEXT NOT NULL,
    outcome TEXT NOT NULL, compensation_cents INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notice (
    seq INTEGER PRIMARY KEY, notice_id TEXT NOT NULL UNIQUE, partner TEXT NOT NULL, ref TEXT NOT NULL,
    url TEXT NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS notice_ref ON notice (ref);
CREATE INDEX IF NOT EXISTS notice_pending ON notice (seq) WHERE state = 'PENDING';
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY, notice_id TEXT NOT NULL, at INTEGER NOT NULL, sent TEXT NOT NULL,
    status INTEGER, answer TEXT, error TEXT);
CREATE INDEX IF NOT EXISTS delivery_notice ON delivery (notice_id);
CREATE TABLE IF NOT EXISTS sms_message (
    seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, phone TEXT NOT NULL, template TEXT NOT NULL,
    params TEXT NOT NULL, out_id TEXT UNIQUE, sent_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sms_message_phone ON sms_message (phone, seq);
CREATE TABLE IF NOT EXISTS realname_rule (number TEXT PRIMARY KEY, result TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS face_check (
    check_no TEXT PRIMARY KEY, out_no TEXT NOT NULL UNIQUE, id_number TEXT NOT NULL, return_url TEXT,
    state TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS wechat_user (
    seq INTEGER PRIMARY KEY, user_id TEXT NOT NULL UNIQUE, nickname TEXT NOT NULL, phone TEXT NOT NULL,
    bound INTEGER NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS wechat_code (
    code TEXT PRIMARY KEY, kind TEXT NOT NULL, appid TEXT NOT NULL, user_id TEXT NOT NULL, scope TEXT NOT NULL,
    issued_at INTEGER NOT NULL, used_at INTEGER);
CREATE TABLE IF NOT EXISTS wechat_token (
    appid TEXT PRIMARY KEY, token TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS wechat_grant (
    token TEXT PRIMARY KEY, user_id TEXT NOT NULL, scope TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS city_person (
    sub TEXT PRIMARY KEY, name TEXT NOT NULL, id_number TEXT NOT NULL, phone TEXT NOT NULL, level TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS city_code (
    code TEXT PRIMARY KEY, sub TEXT NOT NULL, redirect_uri TEXT NOT NULL, nonce TEXT, challenge TEXT NOT NULL,
    issued_at INTEGER NOT NULL, used_at INTEGER);
CREATE TABLE IF NOT EXISTS city_token (
    token TEXT PRIMARY KEY, code TEXT NOT NULL, sub TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS city_key (
    seq INTEGER PRIMARY KEY, kid TEXT NOT NULL UNIQUE, pem BLOB NOT NULL, made_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fines_decision (
    decision_no TEXT PRIMARY KEY, amount_cents INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    transaction_id TEXT, paid_at INTEGER);
CREATE TABLE IF NOT EXISTS fiscal_receipt (
    seq INTEGER PRIMARY KEY, business_no TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, receipt_code TEXT NOT NULL,
    receipt_no TEXT NOT NULL UNIQUE, check_code TEXT NOT NULL, amount_cents INTEGER NOT NULL,
    asked_cents INTEGER NOT NULL, issued_at INTEGER NOT NULL, reverses_no TEXT, unit_code TEXT NOT NULL,
    item_code TEXT NOT NULL, item_name TEXT NOT NULL, paid_at INTEGER NOT NULL, reason TEXT);
CREATE INDEX IF NOT EXISTS fiscal_receipt_reverses ON fiscal_receipt (reverses_no) WHERE reverses_no IS NOT NULL;
"""
_OF_ONE_BANK = """
ALTER TABLE bank_order RENAME TO pay_order;
ALTER TABLE pay_order ADD COLUMN channel TEXT NOT NULL DEFAULT 'bank';
ALTER TABLE pay_order ADD COLUMN merchant TEXT NOT NULL DEFAULT '1900006101';
ALTER TABLE pay_order ADD COLUMN scene TEXT NOT NULL DEFAULT 'web';
ALTER TABLE pay_order ADD COLUMN payer TEXT;
ALTER TABLE bank_capture RENAME TO pay_capture;
ALTER TABLE bank_refund RENAME TO pay_refund;
DROP INDEX bank_capture_order; DROP INDEX bank_refund_order; DROP INDEX bank_refund_running;
"""


class Books:
    """One connection, held exclusively: a second sandbox on the same file is refused."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, isolation_level=None, timeout=0.5)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(f"BEGIN IMMEDIATE; {self._renamed()} {_SCHEMA} COMMIT;")
        except (OSError, sqlite3.Error) as error:
            raise CannotStart(f"cannot open the books {file}: {error}") from error

    def _renamed(self) -> str:
        """What brings books of the time of one bank to those of many providers."""
        known = {row["name"] for row in self._db.execute("SELECT name FROM sqlite_schema")}
        return _OF_ONE_BANK if "bank_order" in known else ""

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; not nested. Never await inside: the event loop's turn is the lock."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, *args: object) -> int:
        """Number of rows changed."""
        return self._db.execute(sql, args).rowcount

    def row(self, sql: str, *args: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(sql, args).fetchone()
        return row

    def stream(self, sql: str, *args: object) -> Iterator[sqlite3.Row]:
        """Row by row, however many there are."""
        return iter(self._db.execute(sql, args))

    def rows(self, sql: str, *args: object) -> list[sqlite3.Row]:
        return self._db.execute(sql, args).fetchall()

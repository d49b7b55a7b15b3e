"""Books of an earlier version open, with everything in them."""

import sqlite3

from partners.books import Books

OF_ONE_BANK = """
CREATE TABLE bank_order (
    seq INTEGER PRIMARY KEY, out_trade_no TEXT NOT NULL UNIQUE, prepay_id TEXT NOT NULL UNIQUE,
    amount_cents INTEGER NOT NULL, currency TEXT NOT NULL, description TEXT NOT NULL,
    notify_url TEXT NOT NULL, return_url TEXT, expires_at INTEGER NOT NULL, state TEXT NOT NULL,
    created_at INTEGER NOT NULL);
CREATE TABLE bank_capture (
    seq INTEGER PRIMARY KEY, transaction_id TEXT NOT NULL UNIQUE, out_trade_no TEXT NOT NULL,
    amount_cents INTEGER NOT NULL, captured_at INTEGER NOT NULL);
CREATE INDEX bank_capture_order ON bank_capture (out_trade_no);
CREATE TABLE bank_refund (
    seq INTEGER PRIMARY KEY, out_refund_no TEXT NOT NULL UNIQUE, refund_id TEXT NOT NULL,
    out_trade_no TEXT NOT NULL, transaction_id TEXT NOT NULL, refund_cents INTEGER NOT NULL,
    total_cents INTEGER NOT NULL, reason TEXT NOT NULL, notify_url TEXT NOT NULL, status TEXT NOT NULL,
    created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, finished_at INTEGER);
CREATE INDEX bank_refund_order ON bank_refund (out_trade_no);
CREATE INDEX bank_refund_running ON bank_refund (due_at) WHERE status = 'PROCESSING';
INSERT INTO bank_order VALUES (1, 'T1', 'wp1', 2000, 'CNY', 'x', 'http://x', NULL, 1, 'SUCCESS', 1);
INSERT INTO bank_capture VALUES (1, '42', 'T1', 2000, 1);
"""


def test_books_of_one_bank_become_those_of_many_providers(tmp_path):
    file = tmp_path / "books.sqlite"
    old = sqlite3.connect(file)
    old.executescript(OF_ONE_BANK)
    old.close()
    for _ in range(2):
        books = Books(file)
        order = books.row("SELECT * FROM pay_order JOIN pay_capture USING (out_trade_no)")
        assert order is not None
        assert (order["channel"], order["merchant"], order["transaction_id"]) == ("bank", "1900006101", "42")
        assert books.rows("SELECT * FROM pay_refund") == []
        books.close()

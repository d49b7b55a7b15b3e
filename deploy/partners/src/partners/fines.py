"""The fines issuing system: decisions with their sums, and the payments reported on them."""

import sqlite3
from typing import Annotated, Literal

from pydantic import BaseModel
from starlette.routing import Route

from .books import Books
from .clock import to_ms, wire_or_none
from .edge import Call, Document, Edge
from .errors import Refused
from .fields import Cents, Moment, text

DEMO_PREFIX = "DEMO"
DEMO_CENTS = 20_000
_FIRST_DECISIONS = (
    ("3205011000000001", 20_000, "OPEN", "机动车违反禁止标线指示"),
    ("3205011000000002", 50_000, "OPEN", "驾驶机动车违反道路交通信号灯通行"),
    ("3205011000000003", 100_000, "CANCELLED", "决定已撤销"),
)


class PutDecision(BaseModel):
    amount_cents: Cents
    status: Literal["OPEN", "PAID", "CANCELLED"] = "OPEN"
    reason: Annotated[str, text(200)] = "交通违法"


class ReportPayment(BaseModel):
    amount_cents: Cents
    transaction_id: Annotated[str, text(64)]
    paid_at: Moment


class IssuingSystem:
    def __init__(self, books: Books) -> None:
        self._books = books
        with books.transaction():
            for decision in _FIRST_DECISIONS:
                self._add(*decision)

    def decision(self, decision_no: str) -> Document:
        return _document(self._find(decision_no))

    def report(self, decision_no: str, paid: ReportPayment) -> Document:
        found = self._find(decision_no)
        if found["status"] == "PAID" and found["transaction_id"] == paid.transaction_id:
            return {"decision_no": decision_no, "status": "PAID"}
        if found["status"] == "PAID":
            raise Refused(409, "ALREADY_PAID", "罚款已缴纳")
        if found["status"] == "CANCELLED":
            raise Refused(409, "CANCELLED", "处罚决定已撤销")
        if found["amount_cents"] != paid.amount_cents:
            raise Refused(422, "AMOUNT_MISMATCH", "缴款金额与罚款金额不一致")
        self._books.run(
            "UPDATE fines_decision SET status = 'PAID', transaction_id = ?, paid_at = ?"
            " WHERE decision_no = ?",
            paid.transaction_id,
            to_ms(paid.paid_at),
            decision_no,
        )
        return {"decision_no": decision_no, "status": "PAID"}

    def put(self, decision_no: str, asked: PutDecision) -> Document:
        with self._books.transaction():
            self._books.run("DELETE FROM fines_decision WHERE decision_no = ?", decision_no)
            self._add(decision_no, asked.amount_cents, asked.status, asked.reason)
        return self.decision(decision_no)

    def all(self) -> list[Document]:
        rows = self._books.rows("SELECT * FROM fines_decision ORDER BY decision_no")
        return [_document(row) | _payment(row) for row in rows]

    def _find(self, decision_no: str) -> sqlite3.Row:
        found = self._books.row("SELECT * FROM fines_decision WHERE decision_no = ?", decision_no)
        if found is None and decision_no.startswith(DEMO_PREFIX):
            self._add(decision_no, DEMO_CENTS, "OPEN", "演示用处罚决定")
            return self._find(decision_no)
        if found is None:
            raise Refused(404, "DECISION_NOT_EXIST", "处罚决定书不存在")
        return found

    def _add(self, decision_no: str, amount_cents: int, status: str, reason: str) -> None:
        self._books.run(
            "INSERT OR IGNORE INTO fines_decision (decision_no, amount_cents, status, reason)"
            " VALUES (?, ?, ?, ?)",
            decision_no,
            amount_cents,
            status,
            reason,
        )


def routes(edge: Edge, system: IssuingSystem) -> list[Route]:
    def decision(call: Call) -> Document:
        return system.decision(call.path["decision_no"])

    def paid(call: Call) -> Document:
        return system.report(call.path["decision_no"], call.read(ReportPayment))

    return [
        edge.route("GET", "/fines/v1/decisions/{decision_no:path}", decision),
        edge.route("POST", "/fines/v1/decisions/{decision_no:path}/paid", paid),
    ]


def _payment(row: sqlite3.Row) -> Document:
    return {"transaction_id": row["transaction_id"], "paid_at": wire_or_none(row["paid_at"])}


def _document(row: sqlite3.Row) -> Document:
    return {
        "decision_no": row["decision_no"],
        "amount_cents": row["amount_cents"],
        "currency": "CNY",
        "status": row["status"],
        "reason": row["reason"],
    }

"""The fiscal platform of e-receipts (财政电子票据): receipts for payments, red ones that reverse them, each sealed."""

import secrets
import sqlite3
from base64 import b64encode
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict
from starlette.routing import Route

from .books import Books
from .clock import now_ms, to_ms, wire
from .edge import Call, Document, Edge
from .errors import Refused
from .faults import FaultBoard
from .fields import Cents, Moment, Number, text
from .signing import Signer

RECEIPT_CODE: Final = "61010126"
"""票据代码: the kind and year of the stock of numbers; the sandbox has one stock."""
_CHECK_ALPHABET: Final = "0123456789abcdefghjkmnpqrstuvwxyz"
_SEALED: Final = (
    "business_no", "kind", "receipt_code", "receipt_no", "check_code", "amount_cents", "issued_at", "reverses_no",
)  # fmt: skip


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class IssueReceipt(_Body):
    business_no: Number
    unit_code: Annotated[str, text(64)]
    item_code: Annotated[str, text(64)]
    item_name: Annotated[str, text(127)]
    amount_cents: Cents
    paid_at: Moment


class ReverseReceipt(_Body):
    business_no: Number
    receipt_code: Annotated[str, text(20)]
    receipt_no: Annotated[str, text(20)]
    amount_cents: Cents
    reason: Annotated[str, text(127)]


class FiscalPlatform:
    def __init__(self, books: Books, board: FaultBoard, signer: Signer) -> None:
        self._books = books
        self._board = board
        self._signer = signer

    def issue(self, asked: IssueReceipt) -> Document:
        """开票: the same again for the same number."""
        before = self._repeated(asked.business_no, "BLUE", asked.amount_cents, None)
        return before or self._number_one(
            asked.business_no, "BLUE", asked.amount_cents, None,
            (asked.unit_code, asked.item_code, asked.item_name, to_ms(asked.paid_at), None),
        )  # fmt: skip

    def reverse(self, asked: ReverseReceipt) -> Document:
        """冲红: the whole receipt or a part of it, under a business number of its own."""
        blue = self._books.row(
            "SELECT * FROM fiscal_receipt WHERE receipt_code = ? AND receipt_no = ? AND kind = 'BLUE'",
            asked.receipt_code,
            asked.receipt_no,
        )
        if blue is None:
            raise Refused(404, "RECEIPT_NOT_EXIST", "原票据不存在")
        before = self._repeated(asked.business_no, "RED", asked.amount_cents, blue["receipt_no"])
        if before is not None:
            return before
        reversed_cents = self._reversed(blue["receipt_no"])
        if reversed_cents + asked.amount_cents > blue["amount_cents"]:
            raise Refused(422, "RED_EXCEEDS_BLUE", "冲红金额超过原票据余额")
        details = (*(blue[name] for name in ("unit_code", "item_code", "item_name", "paid_at")), asked.reason)
        return self._number_one(asked.business_no, "RED", asked.amount_cents, blue["receipt_no"], details)

    def find(self, business_no: str) -> Document:
        found = self._find(business_no)
        if found is None:
            raise Refused(404, "RECEIPT_NOT_EXIST", "没有该业务流水号的票据")
        return self._document(found)

    def _find(self, business_no: str) -> sqlite3.Row | None:
        return self._books.row("SELECT * FROM fiscal_receipt WHERE business_no = ?", business_no)

    def _repeated(
        self, business_no: str, kind: str, amount_cents: int, reverses_no: str | None
    ) -> Document | None:
        found = self._find(business_no)
        if found is None:
            return None
        same = (found["kind"], found["asked_cents"], found["reverses_no"])
        if same != (kind, amount_cents, reverses_no):
            raise Refused(409, "BUSINESS_NO_CONFLICT", "业务流水号已用于另一张票据")
        return self._document(found)

    def _number_one(
        self,
        business_no: str,
        kind: str,
        asked_cents: int,
        reverses_no: str | None,
        details: tuple[object, ...],
    ) -> Document:
        faults = self._board.of("fiscal")
        if faults.take("no_stock_next"):
            raise Refused(422, "STOCK_EXHAUSTED", "票据库存不足，请申领票据")
        amount = asked_cents + (faults.wrong_amount_delta_cents if faults.take("wrong_amount_next") else 0)
        check_code = "".join(secrets.choice(_CHECK_ALPHABET) for _ in range(6))
        with self._books.transaction():
            last = self._books.row("SELECT coalesce(max(seq), 0) FROM fiscal_receipt")
            assert last is not None
            self._books.run(
                "INSERT INTO fiscal_receipt (business_no, kind, receipt_code, receipt_no, check_code, amount_cents,"
                " asked_cents, issued_at, reverses_no, unit_code, item_code, item_name, paid_at, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                business_no, kind, RECEIPT_CODE, f"{last[0] + 1:010d}", check_code, amount, asked_cents, now_ms(),
                reverses_no, *details,
            )  # fmt: skip
        made = self._find(business_no)
        assert made is not None
        return self._document(made)

    def _reversed(self, receipt_no: str) -> int:
        row = self._books.row(
            "SELECT coalesce(sum(amount_cents), 0) FROM fiscal_receipt WHERE reverses_no = ?", receipt_no
        )
        assert row is not None
        return int(row[0])

    def _document(self, row: sqlite3.Row) -> Document:
        facts: Document = {name: row[name] for name in _SEALED} | {"issued_at": wire(row["issued_at"])}
        seal = self._signer.sign(sealed_text(facts))
        if self._board.of("fiscal").take("forge_next"):
            seal = b64encode(secrets.token_bytes(64))
        return facts | {"seal": seal.decode(), "seal_key_id": self._signer.key_id.decode()}


def sealed_text(facts: Document) -> bytes:
    """`name=value` a line, in the order of the protocol; what is null is empty."""
    lines = (f"{name}={'' if facts[name] is None else facts[name]}\n" for name in _SEALED)
    return "".join(lines).encode()


def routes(edge: Edge, platform: FiscalPlatform) -> list[Route]:
    def issue(call: Call) -> Document:
        return platform.issue(call.read(IssueReceipt))

    def reverse(call: Call) -> Document:
        return platform.reverse(call.read(ReverseReceipt))

    def find(call: Call) -> Document:
        return platform.find(call.path["business_no"])

    return [
        edge.route("POST", "/fiscal/v1/receipts", issue),
        edge.route("POST", "/fiscal/v1/receipts/reverse", reverse),
        edge.route("GET", "/fiscal/v1/receipts/{business_no}", find),
    ]

"""A monthly statement as a file: CSV in UTF-8, one line a parcel, then how many there are and what they cost.

In no public text: assumed, alike for both couriers.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.clock import SHANGHAI

from courier_svc.domain.statements import Problem, StatementLine, StatementUnusable

from .claims import fen_of

_COLUMNS: Final = 5
_END: Final = "合计"
_LONGEST: Final = 64
_MOST_GRAMS: Final = 1_000_000


def read_statement(content: bytes, sha256: object) -> list[StatementLine]:
    """Raises StatementUnusable: another file than its hash is of, one without its end, or not of this form."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StatementUnusable(Problem.WRONG_HASH)
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise StatementUnusable(Problem.TORN, type(error).__name__) from error
    if len(rows) < 2 or not rows[-1] or rows[-1][0] != _END:
        raise StatementUnusable(Problem.TORN, "it has no end")
    lines = list(_lines(rows[1:-1]))
    count, total = rows[-1][1:2], rows[-1][-1]
    if count != [str(len(lines))] or fen_of(total) != sum(line.fee_cents for line in lines):
        raise StatementUnusable(Problem.TORN, "its end is that of another")
    return lines


def _lines(rows: list[list[str]]) -> Iterator[StatementLine]:
    for number, row in enumerate(rows, 2):
        if len(row) != _COLUMNS:
            raise StatementUnusable(Problem.UNREADABLE, f"line {number} has {len(row)} columns")
        waybill_no, order_no, at, grams, fee = (cell.strip() for cell in row)
        cents = fen_of(fee)
        if not (
            0 < len(waybill_no) <= _LONGEST
            and len(order_no) <= _LONGEST
            and "\x00" not in waybill_no + order_no
        ):
            raise StatementUnusable(Problem.UNREADABLE, f"line {number} names no parcel")
        if cents is None or not (grams.isascii() and grams.isdigit() and int(grams) <= _MOST_GRAMS):
            raise StatementUnusable(Problem.UNREADABLE, f"line {number} has no weight or no fee")
        try:
            moment = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError as error:
            raise StatementUnusable(Problem.UNREADABLE, f"line {number} has no time") from error
        if not 2000 <= moment.year <= 9000:
            raise StatementUnusable(Problem.UNREADABLE, f"line {number} has an absurd time")
        yield StatementLine(waybill_no, order_no, moment, int(grams), cents)

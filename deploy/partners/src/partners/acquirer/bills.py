"""A provider's bill of a day: out of its own books, with what control does to it. Each writes it its own way."""

import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from hashlib import sha256
from secrets import token_hex
from typing import IO, Final, NamedTuple

from ..clock import SHANGHAI, now_ms
from ..errors import Refused
from ..faults import FaultBoard, Partner
from .books import AcquirerBooks, Row

READY_AT: Final = clock_time(10)
"""Of the next day: before, there is no bill."""
_FEE_RATE: Final = 0.006
_KEPT: Final = 16
_IN_MEMORY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class BillRow:
    """A payment, or a refund (`out_refund_no`, `refund_id`); `amount_cents` is positive either way."""

    at: int
    out_trade_no: str
    transaction_id: str
    amount_cents: int
    scene: str
    payer: str
    description: str
    out_refund_no: str = ""
    refund_id: str = ""

    @property
    def is_refund(self) -> bool:
        return bool(self.out_refund_no)

    @property
    def fee_cents(self) -> int:
        """Given back with a refund."""
        fee = round(self.amount_cents * _FEE_RATE)
        return -fee if self.is_refund else fee


class Totals:
    """Of the rows that were written."""

    def __init__(self) -> None:
        self.payments = self.refunds = self.paid_cents = self.refunded_cents = self.fee_cents = 0

    def add(self, row: BillRow) -> None:
        self.fee_cents += row.fee_cents
        if row.is_refund:
            self.refunds += 1
            self.refunded_cents += row.amount_cents
        else:
            self.payments += 1
            self.paid_cents += row.amount_cents


class BillDesk:
    def __init__(self, channel: Partner, books: AcquirerBooks, board: FaultBoard) -> None:
        self._channel = channel
        self._books = books
        self._board = board

    def rows(self, merchant: str, day: date) -> Iterator[BillRow]:
        """Raises Refused BILL_NOT_READY at once, where there is none (yet)."""
        ready = datetime.combine(day + timedelta(days=1), READY_AT, SHANGHAI)
        if self._board.of(self._channel).bill_not_ready or datetime.now(SHANGHAI) < ready:
            raise Refused(404, "BILL_NOT_READY", "账单尚未生成")
        return self._spoiled(self._from_books(merchant, day), day)

    def hash_of(self, value: str) -> str:
        """`value`, or another where control wants a wrong one."""
        return (
            sha256(value.encode()).hexdigest()[: len(value)] if self._takes("bill_wrong_hash_next") else value
        )

    def is_expired(self) -> bool:
        """Whether the link that is given out now is of no use any more."""
        return self._takes("bill_link_expired_next")

    def is_torn(self) -> bool:
        return self._takes("bill_torn_next")

    def _takes(self, name: str) -> bool:
        return self._board.of(self._channel).take(name)

    def _from_books(self, merchant: str, day: date) -> Iterator[BillRow]:
        first = round(datetime.combine(day, clock_time.min, SHANGHAI).timestamp() * 1000)
        yield from map(_payment, self._books.captured_between(merchant, first, first + 86_400_000))
        yield from map(_refund, self._books.refunded_between(merchant, first, first + 86_400_000))

    def _spoiled(self, rows: Iterable[BillRow], day: date) -> Iterator[BillRow]:
        """The first rows are left out, then some come twice, then some with another amount; strangers at the end."""
        faults = self._board.of(self._channel)
        twice = faults.bill_drop + faults.bill_duplicate
        other = twice + faults.bill_wrong_amount
        for place, row in enumerate(rows):
            if place < faults.bill_drop:
                continue
            if place < twice:
                yield row
            elif place < other:
                row = replace(row, amount_cents=row.amount_cents + 1)
            yield row
        at = round(datetime.combine(day, clock_time(12), SHANGHAI).timestamp() * 1000)
        for place in range(faults.bill_extra):
            yield BillRow(at, f"STRANGER{place:08d}", f"4299{at}{place:011d}", 1234, "web", "", "不明来款")


class Shelved(NamedTuple):
    content: IO[bytes]
    size: int
    ends_at: float


class BillShelf:
    """Files behind tokens; the newest few are kept."""

    def __init__(self, desk: BillDesk, *, seconds: float = 86_400) -> None:
        self._desk = desk
        self._seconds = seconds
        self._files: OrderedDict[str, Shelved] = OrderedDict()

    def put(self, content: IO[bytes]) -> str:
        """Its token."""
        size, token = content.seek(0, 2), token_hex(16)
        seconds = -1.0 if self._desk.is_expired() else self._seconds
        self._files[token] = Shelved(content, size, time.time() + seconds)
        while len(self._files) > _KEPT:
            self._files.popitem(last=False)[1].content.close()
        return token

    def chunks(self, token: str) -> Iterator[bytes]:
        """Torn files end in the middle. Raises Refused at once."""
        found = self._files.get(token)
        if found is None or found.ends_at < time.time():
            raise Refused(403, "LINK_EXPIRED", "下载链接已失效")
        return _read(found.content, found.size // 2 if self._desk.is_torn() else found.size)


def new_file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


def compact(day: date) -> str:
    return day.strftime("%Y%m%d")


def day_of(text: str, pattern: str = "%Y-%m-%d") -> date:
    try:
        day = datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI).date()
    except ValueError:
        raise Refused(400, "PARAM_ERROR", "账单日期格式不正确") from None
    if datetime.combine(day, clock_time.min, SHANGHAI).timestamp() * 1000 > now_ms():
        raise Refused(400, "PARAM_ERROR", "账单日期晚于今天")
    return day


def _read(content: IO[bytes], size: int) -> Iterator[bytes]:
    place = 0
    while place < size:
        content.seek(place)
        chunk = content.read(min(1 << 16, size - place))
        place += len(chunk)
        yield chunk


def _payment(row: Row) -> BillRow:
    return BillRow(
        row["captured_at"],
        row["out_trade_no"],
        row["transaction_id"],
        row["amount_cents"],
        row["scene"],
        row["payer"] or "",
        row["description"],
    )


def _refund(row: Row) -> BillRow:
    return BillRow(
        row["finished_at"],
        row["out_trade_no"],
        row["transaction_id"],
        row["refund_cents"],
        row["scene"],
        row["payer"] or "",
        row["description"],
        row["out_refund_no"],
        row["refund_id"],
    )

"""One payment provider of the sandbox: its desks over its part of the books, telling in its dialect."""

from collections.abc import Callable
from dataclasses import dataclass

from ..books import Books
from ..faults import FaultBoard, Partner
from ..notices.book import Notice, NoticeBook
from ..tempo import Tempo
from .bills import BillDesk
from .books import AcquirerBooks
from .desk import OrderDesk
from .documents import Dialect
from .refunds import RefundDesk


@dataclass(frozen=True, slots=True)
class Office:
    """What all providers share."""

    books: Books
    notices: NoticeBook
    submit: Callable[[Notice], object]
    board: FaultBoard
    tempo: Tempo


@dataclass(frozen=True, slots=True)
class Acquirer:
    channel: Partner
    orders: OrderDesk
    refunds: RefundDesk
    bills: BillDesk

    @classmethod
    def open(cls, channel: Partner, office: Office, dialect: Dialect) -> "Acquirer":
        books = AcquirerBooks(office.books, channel)
        orders = OrderDesk(channel, books, office.notices, office.submit, office.board, dialect)
        refunds = RefundDesk(books, orders, office.notices, office.submit, office.tempo, dialect)
        return cls(channel, orders, refunds, BillDesk(channel, books, office.board))

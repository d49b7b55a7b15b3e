"""One payment provider of the sandbox: its desks over its part of the books, telling in its dialect."""

from collections.abc import Callable
from dataclasses import dataclass

from ..books import Books
from ..faults import FaultBoard, Partner
from ..notices.book import Notice, NoticeBook
from ..tempo import Tempo
from .bills import BillDesk
from .books import AcquirerBooks, Row
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


WayBack = Callable[[Row], str | None]


def as_ordered(order: Row) -> str | None:
    """As the order said, which has nothing added to it."""
    back: str | None = order["return_url"]
    return back


@dataclass(frozen=True, slots=True)
class Acquirer:
    """`way_back`: where the payer's browser goes from the cashier once the order, its row, is paid."""

    channel: Partner
    orders: OrderDesk
    refunds: RefundDesk
    bills: BillDesk
    way_back: WayBack

    @classmethod
    def open(
        cls, channel: Partner, office: Office, dialect: Dialect, way_back: WayBack = as_ordered
    ) -> "Acquirer":
        books = AcquirerBooks(office.books, channel)
        orders = OrderDesk(channel, books, office.notices, office.submit, office.board, dialect)
        refunds = RefundDesk(books, orders, office.notices, office.submit, office.tempo, dialect)
        return cls(channel, orders, refunds, BillDesk(channel, books, office.board), way_back)

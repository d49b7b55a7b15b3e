"""CCB's bill of a counter: CSV in GBK under a SHA-256. **Assumed**, like all of its interface.

A line names the order and a serial of the payment (流水号). Here alone two payments of one order can be told apart.
"""

from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from ...domain.bill_errors import BillUnusable
from ...domain.bills import BillLine, Entry, Problem
from ..bill_files import (
    beijing,
    cents,
    columns_of,
    download,
    fen,
    must_agree,
    number,
    rows_of,
    temporary,
    text_of,
    unpack,
)
from ..bill_tally import Tally
from ..pool import ProviderPool
from ..reading import refuse
from .client import CcbClient
from .mapping import number_of_order

_COLUMNS: Final = ("交易时间", "柜台号", "订单号", "流水号", "交易类型", "金额", "手续费", "退款单号")
_WORDS: Final = {"支付": Entry.PAYMENT, "退款": Entry.REFUND}
_TOTALS: Final = "合计"


class CcbBills:
    """Implements `application.bill_ports.BillSource`."""

    def __init__(self, name: str, pos: str, client: CcbClient, pool: ProviderPool) -> None:
        self._name = name
        self._pos = pos
        self._client = client
        self._pool = pool

    async def fetch(self, day: date, into: IO[bytes]) -> str:
        answer = await self._client.call("BILL", is_slow=True, BILL_DATE=day.strftime("%Y%m%d"))
        if answer.code == "BILL_NOT_READY":
            raise BillUnusable(Problem.NOT_READY, answer.code)
        refuse(self._name, answer.code)
        place, value = answer.body.get("FILE", ""), answer.body.get("HASH", "")
        if not place.startswith("/") or not value:
            raise self._pool.down("bill without hash or place")
        with temporary() as packed:
            await download(self._pool, self._client.beside(place), {}, packed)
            return await unpack(packed, into, "sha256", value)

    def lines(self, file: IO[bytes], day: date) -> Iterator[BillLine]:
        with text_of(file, "gb18030") as text:
            rows, tally = rows_of(text), Tally(day)
            places = columns_of(next(rows, []), *_COLUMNS)
            for row in rows:
                if row and row[0] == _TOTALS:
                    must_agree("totals", tally.totals(), _told(row))
                    tally.must_be_of_its_day()
                    return
                if len(row) <= max(places):
                    raise BillUnusable(Problem.TORN, "a short line")
                at, pos, order, serial, word, amount, fee, refund = (row[place] for place in places)
                entry = _WORDS.get(word)
                if entry is None or pos != self._pos:
                    raise BillUnusable(Problem.UNREADABLE, "a kind of business, or another counter's")
                is_payment = entry is Entry.PAYMENT
                yield tally.take(
                    BillLine(
                        entry, order if is_payment else refund, number_of_order(number(order)),
                        serial if is_payment else None, fen(amount), fen(fee), beijing(at),
                    )
                )  # fmt: skip
            raise BillUnusable(Problem.TORN, "no totals")


def _told(row: list[str]) -> list[int]:
    try:
        return [cents(row[1]), fen(row[2]), cents(row[3]), fen(row[4])]
    except IndexError as error:
        raise BillUnusable(Problem.TORN, "no totals") from error

"""WeChat Pay's trade bill: packed CSV in yuan, every value behind a back-tick, under a SHA-1 of what is unpacked.

Header row, lines, header of the totals, totals. The file itself is not signed; the answer that names its hash is.
"""

import csv
from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from yarl import URL

from ...domain.bill_errors import BillUnusable
from ...domain.bills import BillLine, Entry, Problem
from ..bill_files import (
    beijing,
    columns_of,
    download,
    fen,
    must_agree,
    number,
    positive,
    temporary,
    text_of,
    unpack,
)
from ..pool import ProviderPool
from ..reading import refuse
from .client import WeChatPayClient

_NOT_YET: Final = frozenset({"STATEMENT_CREATING", "NO_STATEMENT_EXIST", "NO_BILL_EXIST"})
"""No bill: also where nothing at all was paid. It is asked for again, and the day stays awaited."""
_COLUMNS: Final = (
    "交易时间", "商户号", "微信订单号", "商户订单号", "交易状态", "商户退款单号", "退款状态", "手续费", "订单金额",
    "申请退款金额",
)  # fmt: skip
_TOTALS: Final = "总交易单数"


class WeChatPayBills:
    """Implements `application.bill_ports.BillSource`."""

    def __init__(self, name: str, merchant_id: str, client: WeChatPayClient, pool: ProviderPool) -> None:
        self._name = name
        self._merchant_id = merchant_id
        self._client = client
        self._pool = pool

    async def fetch(self, day: date, into: IO[bytes]) -> str:
        path = f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL&tar_type=GZIP"
        answer = await self._client.call("GET", path, is_slow=True)
        if answer.code in _NOT_YET:
            raise BillUnusable(Problem.NOT_READY, str(answer.code))
        refuse(self._name, answer.code)
        kind, value, link = (answer.body.get(name) for name in ("hash_type", "hash_value", "download_url"))
        if kind != "SHA1" or not isinstance(value, str) or not isinstance(link, str):
            raise self._pool.down("bill without hash or link")
        with temporary() as packed:
            url = URL(link, encoded=True)
            await download(self._pool, url, self._client.signed_get(url), packed)
            return await unpack(packed, into, "sha1", value)

    def lines(self, file: IO[bytes], day: date) -> Iterator[BillLine]:
        with text_of(file, "utf-8-sig") as text:
            rows = csv.reader(text)
            at, mchid, paid_no, ours, state, our_back_no, back_state, fee, total, asked = columns_of(
                next(rows, []), *_COLUMNS
            )
            for counted, row in enumerate(rows):
                if row and row[0] == _TOTALS:
                    must_agree("lines", counted, _first_total(next(rows, [])))
                    return
                if len(row) <= asked:
                    raise BillUnusable(Problem.TORN, "a short line")
                if row[mchid][1:] != self._merchant_id:
                    raise BillUnusable(Problem.UNREADABLE, "another merchant's")
                word = row[state][1:]
                if word == "REFUND":
                    if row[back_state][1:] in ("SUCCESS", "PROCESSING"):
                        yield BillLine(
                            Entry.REFUND, number(row[our_back_no][1:]), row[ours][1:], None,
                            positive(fen(row[asked][1:])), fen(row[fee][1:]),
                            beijing(row[at][1:]),
                        )  # fmt: skip
                elif word == "SUCCESS":
                    yield BillLine(
                        Entry.PAYMENT, number(row[paid_no][1:]), row[ours][1:], None,
                        positive(fen(row[total][1:])), fen(row[fee][1:]),
                        beijing(row[at][1:]),
                    )  # fmt: skip
            raise BillUnusable(Problem.TORN, "no totals")


def _first_total(row: list[str]) -> int:
    try:
        return int(row[0][1:])
    except (IndexError, ValueError) as error:
        raise BillUnusable(Problem.TORN, "no totals") from error

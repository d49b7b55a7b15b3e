"""Alipay's bill: a ZIP of CSV in GBK behind a link that lives half a minute.

Alipay gives no hash: the ZIP's own checksums and the totals at the detail's end stand for it. Comment lines begin
with `#`, values may end in a tab, and what went back is less than nothing.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from yarl import URL

from ...domain.bill_errors import BillUnusable
from ...domain.bills import BillLine, Entry, Problem
from ...domain.errors import ChannelRefused
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
    unzip,
)
from ..pool import ProviderPool
from .client import AlipayClient

_DETAIL: Final = "_业务明细.csv"
_COLUMNS: Final = (
    "支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号", "服务费（元）",
)  # fmt: skip
_WORDS: Final = {"交易": Entry.PAYMENT, "退款": Entry.REFUND}
_ACCOUNT: Final = re.compile(r"#账号：\[(\d+)\]")
_TOTAL: Final = re.compile(r"#(交易|退款)合计：(\d+)笔")
_NOT_YET: Final = "bill_not_exist"


class AlipayBills:
    """Implements `application.bill_ports.BillSource`."""

    def __init__(self, name: str, seller_id: str, client: AlipayClient, pool: ProviderPool) -> None:
        self._name = name
        self._seller_id = seller_id
        self._client = client
        self._pool = pool

    async def fetch(self, day: date, into: IO[bytes]) -> str:
        """A link that ran out on the way is asked for anew when the bill is fetched again."""
        answer = await self._client.call(
            "alipay.data.dataservice.bill.downloadurl.query",
            {"bill_type": "trade", "bill_date": day.isoformat()},
            is_slow=True,
        )
        if answer.code is not None and answer.code.endswith(_NOT_YET):
            raise BillUnusable(Problem.NOT_READY, answer.code)
        if answer.code is not None:
            raise ChannelRefused(self._name, answer.code)
        link = answer.body.get("bill_download_url")
        if not isinstance(link, str) or not link.startswith(("https://", "http://")):
            raise self._pool.down("no bill_download_url")
        with temporary() as packed:
            await download(self._pool, URL(link, encoded=True), {}, packed)
            return await unzip(packed, into, _DETAIL)

    def lines(self, file: IO[bytes], day: date) -> Iterator[BillLine]:
        with text_of(file, "gb18030") as text:
            counted = {Entry.PAYMENT: 0, Entry.REFUND: 0}
            told: dict[Entry, int] = {}
            places: list[int] = []
            for row in csv.reader(text):
                if row and row[0].startswith("#"):
                    self._heed(",".join(row), told)
                    continue
                if not places:
                    places = columns_of(row, *_COLUMNS)
                    continue
                if len(row) <= max(places):
                    raise BillUnusable(Problem.TORN, "a short line")
                paid_no, ours, word, at, amount, back_no, fee = (row[place].strip() for place in places)
                entry = _WORDS.get(word)
                if entry is None:
                    raise BillUnusable(Problem.UNREADABLE, "a kind of business")
                counted[entry] += 1
                cents = fen(amount)
                key = paid_no if entry is Entry.PAYMENT else back_no
                yield BillLine(
                    entry, number(key), ours, None, positive(cents if entry is Entry.PAYMENT else -cents),
                    -fen(fee), beijing(at),
                )  # fmt: skip
            must_agree("lines", counted, told)

    def _heed(self, comment: str, told: dict[Entry, int]) -> None:
        if (account := _ACCOUNT.match(comment)) and self._seller_id not in account[1]:
            raise BillUnusable(Problem.UNREADABLE, "another account's")
        if total := _TOTAL.match(comment):
            told[_WORDS[total[1]]] = int(total[2])

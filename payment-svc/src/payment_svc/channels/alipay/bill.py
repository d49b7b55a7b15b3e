"""Alipay's bill: a ZIP of CSV in GBK behind a link that lives half a minute.

Alipay gives no hash: the ZIP's own checksums and the totals at the detail's end stand for it. Comment lines begin
with `#`, values may end in a tab, and what went back is less than nothing.
"""

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
    rows_of,
    temporary,
    text_of,
    unzip,
)
from ..bill_tally import Tally
from ..pool import ProviderPool
from .client import AlipayClient

_DETAIL: Final = "_业务明细.csv"
_COLUMNS: Final = (
    "支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "商家实收（元）", "退款批次号/请求号",
    "服务费（元）",
)  # fmt: skip
_WORDS: Final = {"交易": Entry.PAYMENT, "退款": Entry.REFUND}
_ACCOUNT: Final = re.compile(r"#账号：\[(\d+)\]")
_BEGIN: Final = re.compile(r"#起始日期：\[(\d{4}年\d\d月\d\d日) 00:00:00\]")
_TOTAL: Final = re.compile(r"#(交易|退款)合计：(\d{1,9})笔，商家实收(?:退款)?共(-?[\d.]+)元")
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
            tally, comments = Tally(day), _Comments(self._seller_id, day)
            received = dict.fromkeys(_WORDS.values(), 0)
            places: list[int] = []
            for row in rows_of(text):
                if row and row[0].startswith("#"):
                    comments.heed(",".join(row))
                    continue
                if not places:
                    comments.must_be_ours()
                    places = columns_of(row, *_COLUMNS)
                    continue
                if len(row) <= max(places):
                    raise BillUnusable(Problem.TORN, "a short line")
                paid_no, ours, word, at, amount, ours_of_it, back_no, fee = (
                    row[place].strip() for place in places
                )
                entry = _WORDS.get(word)
                if entry is None:
                    raise BillUnusable(Problem.UNREADABLE, "a kind of business")
                is_payment = entry is Entry.PAYMENT
                sign = 1 if is_payment else -1
                received[entry] += sign * fen(ours_of_it)
                yield tally.take(
                    BillLine(
                        entry, paid_no if is_payment else back_no, ours, None, sign * fen(amount), -fen(fee),
                        beijing(at),
                    )
                )  # fmt: skip
            comments.must_be_ours()
            counted = dict(zip(received, zip(tally.counts(), received.values(), strict=True), strict=True))
            must_agree("totals", counted, comments.totals)
            tally.must_be_of_its_day()


class _Comments:
    """What stands around the lines: whose bill of which day it is, and at the end what they must amount to."""

    def __init__(self, seller_id: str, day: date) -> None:
        self._accounts = (seller_id, f"{seller_id}0156")  # the account is the seller's number and four digits
        self._day = day.strftime("%Y年%m月%d日")
        self._seen: set[str] = set()
        self.totals: dict[Entry, tuple[int, int]] = {}

    def heed(self, comment: str) -> None:
        """Raises BillUnusable for another's, or of another day."""
        if account := _ACCOUNT.match(comment):
            self._must("account", account[1] in self._accounts)
        elif begin := _BEGIN.match(comment):
            self._must("day", begin[1] == self._day)
        elif total := _TOTAL.match(comment):
            self.totals[_WORDS[total[1]]] = int(total[2]), abs(fen(total[3]))

    def must_be_ours(self) -> None:
        """Raises BillUnusable where it was not said."""
        if self._seen != {"account", "day"}:
            raise BillUnusable(Problem.UNREADABLE, "it does not say whose it is, or of which day")

    def _must(self, what: str, is_right: bool) -> None:
        if not is_right:
            raise BillUnusable(Problem.UNREADABLE, f"another {what}'s")
        self._seen.add(what)

"""WeChat Pay's trade bill: packed CSV in yuan, every value behind a back-tick, under a SHA-1 of what is unpacked.

Header row, lines, header of the totals, totals. The file itself is not signed; the answer that names its hash is.
"""

from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from yarl import URL

from ...domain.bill_errors import BillUnusable
from ...domain.bills import BillLine, Entry, Problem
from ..bill_files import (
    beijing,
    cents,
    columns_of,
    download,
    fen,
    must_agree,
    rows_of,
    temporary,
    text_of,
    unpack,
)
from ..bill_tally import Tally
from ..pool import ProviderPool
from ..reading import refuse
from .client import WeChatPayClient

_NOT_YET: Final = frozenset({"STATEMENT_CREATING", "NO_STATEMENT_EXIST", "NO_BILL_EXIST"})
"""No bill: also where nothing at all was paid. It is asked for again, and the day stays awaited."""
_COLUMNS: Final = (
    "交易时间", "商户号", "微信订单号", "商户订单号", "交易状态", "商户退款单号", "退款状态", "手续费", "订单金额",
    "申请退款金额",
)  # fmt: skip
_COUNT: Final = "总交易单数"
_SUMS: Final = {"订单总金额": "订单金额", "申请退款总金额": "申请退款金额"}
"""By the column it is the sum of."""


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
            rows, tally = rows_of(text), Tally(day)
            places = columns_of(next(rows, []), *_COLUMNS)
            told = dict.fromkeys(_SUMS, 0)
            for counted, row in enumerate(rows):
                if row and row[0] == _COUNT:
                    _must_agree(counted, told, row, next(rows, []))
                    tally.must_be_of_its_day()
                    return
                if len(row) <= max(places):
                    raise BillUnusable(Problem.TORN, "a short line")
                one = dict(zip(_COLUMNS, (row[place][1:] for place in places), strict=True))
                if one["商户号"] != self._merchant_id:
                    raise BillUnusable(Problem.UNREADABLE, "another merchant's")
                for total, column in _SUMS.items():
                    told[total] += fen(one[column])
                if (line := _line(one)) is not None:
                    yield tally.take(line)
            raise BillUnusable(Problem.TORN, "no totals")


def _line(one: dict[str, str]) -> BillLine | None:
    """None: no money moved."""
    fee, at, ours = fen(one["手续费"]), beijing(one["交易时间"]), one["商户订单号"]
    if one["交易状态"] == "SUCCESS":
        return BillLine(Entry.PAYMENT, one["微信订单号"], ours, None, fen(one["订单金额"]), fee, at)
    if one["交易状态"] == "REFUND" and one["退款状态"] in ("SUCCESS", "PROCESSING"):
        return BillLine(Entry.REFUND, one["商户退款单号"], ours, None, fen(one["申请退款金额"]), fee, at)
    return None


def _must_agree(lines: int, summed: dict[str, int], header: list[str], values: list[str]) -> None:
    """Sums are those of their column, over all lines (**assumed**)."""
    places = columns_of(header, _COUNT, *summed)
    if len(values) <= max(places):
        raise BillUnusable(Problem.TORN, "no totals")
    count, *sums = (values[place][1:] for place in places)
    must_agree("lines", lines, cents(count))
    must_agree("sums", list(summed.values()), [fen(one) for one in sums])

"""CCB's bill of a counter: CSV in GBK, assumed like all of its interface. PROTOCOL.md §18."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from ..acquirer.bills import BillDesk, BillRow, BillShelf, Totals, day_of, new_file
from ..alipay.documents import yuan
from ..clock import SHANGHAI
from ..errors import Refused
from ..open_edge import Visit

_HEADER: Final = "交易时间,柜台号,订单号,流水号,交易类型,金额,手续费,退款单号"


class CcbBills:
    def __init__(self, desk: BillDesk) -> None:
        self._desk = desk
        self._shelf = BillShelf(desk)

    def made(self, pos: str, day: str) -> dict[str, str]:
        """Its hash, and where it is."""
        rows, content, digest = self._desk.rows(pos, day_of(day, "%Y%m%d")), new_file(), sha256()
        for text in _written(rows, pos):
            digest.update(text.encode("gbk"))
            content.write(text.encode("gbk"))
        return {
            "FILE": f"/ccb/bills/{self._shelf.put(content)}",
            "HASH": self._desk.hash_of(digest.hexdigest()),
        }

    def file(self, visit: Visit) -> Response:
        try:
            return StreamingResponse(self._shelf.chunks(visit.path["token"]), media_type="text/csv")
        except Refused as refused:
            return JSONResponse(refused.document(), refused.status)


def _written(rows: Iterator[BillRow], pos: str) -> Iterator[str]:
    totals = Totals()
    yield f"{_HEADER}\r\n"
    for row in rows:
        totals.add(row)
        at = datetime.fromtimestamp(row.at / 1000, SHANGHAI).strftime("%Y%m%d%H%M%S")
        kind = "退款" if row.is_refund else "支付"
        money = f"{yuan(row.amount_cents)},{yuan(row.fee_cents)}"
        yield f"{at},{pos},{row.out_trade_no},{row.transaction_id},{kind},{money},{row.out_refund_no}\r\n"
    yield (
        f"合计,{totals.payments},{yuan(totals.paid_cents)},{totals.refunds},{yuan(totals.refunded_cents)}\r\n"
    )

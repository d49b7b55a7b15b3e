"""The trade bill of API v3: CSV with back-ticks, in yuan, under a SHA-1. PROTOCOL.md §18."""

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha1
from typing import Final
from urllib.parse import parse_qs

from ..acquirer.bills import BillDesk, BillRow, BillShelf, Totals, day_of, new_file
from ..alipay.documents import yuan
from ..clock import SHANGHAI
from ..edge import Call, Document
from ..errors import Refused
from .documents import TRADE_TYPE

_HEADER: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
_TOTALS: Final = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
_TYPES: Final = {"ALL": (True, True), "SUCCESS": (True, False), "REFUND": (False, True)}


class WeChatPayBills:
    def __init__(self, desk: BillDesk, appid: str) -> None:
        self._desk = desk
        self._appid = appid
        self._shelf = BillShelf(desk)

    def made(self, call: Call) -> Document:
        """The hash is of the file before it is packed."""
        asked = {name: values[0] for name, values in parse_qs(call.query.decode("latin-1")).items()}
        day = day_of(asked.get("bill_date", ""))
        wanted = _TYPES.get(asked.get("bill_type", "ALL"))
        if wanted is None or asked.get("tar_type", "GZIP") != "GZIP":
            raise Refused(400, "PARAM_ERROR", "参数错误 bill_type 或 tar_type")
        rows = (row for row in self._desk.rows(call.caller, day) if wanted[row.is_refund])
        content, digest = new_file(), sha1(usedforsecurity=False)
        packed = gzip.GzipFile(fileobj=content, mode="wb", compresslevel=1) if "tar_type" in asked else None
        for text in self._written(rows, call.caller):
            digest.update(text.encode())
            (packed or content).write(text.encode())
        if packed is not None:
            packed.close()
        return {
            "hash_type": "SHA1",
            "hash_value": self._desk.hash_of(digest.hexdigest()),
            "download_url": f"{call.base_url}/v3/billdownload/file?token={self._shelf.put(content)}",
        }

    def file(self, call: Call) -> Iterator[bytes]:
        return self._shelf.chunks(parse_qs(call.query.decode("latin-1")).get("token", [""])[0])

    def _written(self, rows: Iterable[BillRow], mchid: str) -> Iterator[str]:
        """Every value behind a back-tick, but those of the headers."""
        yield f"\ufeff{_HEADER}\r\n"
        totals = Totals()
        for row in rows:
            totals.add(row)
            yield _values(_facts(row, self._appid, mchid))
        yield f"{_TOTALS}\r\n"
        paid, back, fee = yuan(totals.paid_cents), yuan(totals.refunded_cents), yuan(totals.fee_cents)
        yield _values([str(totals.payments + totals.refunds), paid, back, "0.00", fee, paid, back])


def _facts(row: BillRow, appid: str, mchid: str) -> list[str]:
    paid, back = (0, row.amount_cents) if row.is_refund else (row.amount_cents, 0)
    at = datetime.fromtimestamp(row.at / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return [
        at, appid, mchid, "0", "", row.transaction_id, row.out_trade_no, row.payer or "oSandboxPayer",
        TRADE_TYPE.get(row.scene, "NATIVE"), "REFUND" if row.is_refund else "SUCCESS", "OTHERS", "CNY", yuan(paid),
        "0.00", row.refund_id or "0", row.out_refund_no or "0", yuan(back), "0.00", "ORIGINAL" if row.is_refund else "",
        "SUCCESS" if row.is_refund else "", row.description.replace(",", "，"), "", yuan(row.fee_cents), "0.60%",
        yuan(paid), yuan(back), "",
    ]  # fmt: skip


def _values(values: Iterable[str]) -> str:
    return ",".join(f"`{value}" for value in values) + "\r\n"

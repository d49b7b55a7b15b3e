"""Alipay's bill of a day: a ZIP of CSV in GBK, its names too, behind a link that lives 30 s. PROTOCOL.md §18."""

import io
import zipfile
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, StringConstraints
from starlette.responses import JSONResponse, Response, StreamingResponse

from ..acquirer.bills import BillDesk, BillRow, BillShelf, Totals, compact, day_of, new_file
from ..edge import Document
from ..errors import Refused
from ..open_edge import Visit
from .documents import beijing, yuan
from .gateway import Asked

_LINK_SECONDS: Final = 30
_HEADER: Final = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_RULE: Final = "-" * 40


class AskBill(BaseModel):
    bill_type: Annotated[str, StringConstraints(pattern="^(trade|signcustomer)$")]
    bill_date: str


class _GbkName(zipfile.ZipInfo):
    """An entry whose name is written in GBK, without the flag that would say UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


class AlipayBills:
    def __init__(self, desk: BillDesk) -> None:
        self._desk = desk
        self._shelf = BillShelf(desk, seconds=_LINK_SECONDS)

    def made(self, asked: Asked) -> Document:
        wish = asked.content(AskBill)
        day, seller = day_of(wish.bill_date), asked.app.seller
        rows, content, totals = self._desk.rows(seller, day), new_file(), Totals()
        stem = f"{seller}0156_{compact(day)}"
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            with packed.open(_entry(f"{stem}_业务明细.csv"), "w", force_zip64=True) as binary:
                lines = io.TextIOWrapper(binary, "gbk", errors="replace", newline="")
                lines.write(_head("业务明细", seller, day) + f"{_HEADER}\r\n")
                for row in rows:
                    totals.add(row)
                    lines.write(_line(row))
                lines.write(_foot("业务明细", totals))
                lines.close()
            packed.writestr(
                _entry(f"{stem}_业务明细(汇总).csv"), _summary(seller, day, totals).encode("gbk", "replace")
            )
        return {"bill_download_url": f"{asked.base_url}/alipay/bills/{self._shelf.put(content)}"}

    def file(self, visit: Visit) -> Response:
        try:
            return StreamingResponse(self._shelf.chunks(visit.path["token"]), media_type="application/zip")
        except Refused as refused:
            return JSONResponse(refused.document(), refused.status)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = _GbkName(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _head(what: str, seller: str, day: date) -> str:
    span = f"{day:%Y年%m月%d日} 00:00:00"
    return (
        f"#支付宝{what}查询\r\n#账号：[{seller}]\r\n#起始日期：[{span}]   终止日期：[{span}]\r\n"
        f"#{_RULE}{what}列表{_RULE}\r\n"
    )


def _foot(what: str, totals: Totals) -> str:
    return (
        f"#{_RULE}{what}列表结束{_RULE}\r\n#交易合计：{totals.payments}笔，商家实收共{yuan(totals.paid_cents)}元\r\n"
        f"#退款合计：{totals.refunds}笔，商家实收退款共{yuan(-totals.refunded_cents)}元\r\n"
    )


def _summary(seller: str, day: date, totals: Totals) -> str:
    names = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,服务费（元）,实收净额（元）"
    net = totals.paid_cents - totals.refunded_cents
    return (
        _head("业务汇总", seller, day)
        + f"{names}\r\n合计,,{totals.payments},{totals.refunds},{yuan(net)},{yuan(net)},"
        + f"{yuan(-totals.fee_cents)},{yuan(net - totals.fee_cents)}\r\n"
    )


def _line(row: BillRow) -> str:
    """Money that went back is less than nothing; values end in a tab, so that spreadsheets leave numbers alone."""
    amount = yuan(-row.amount_cents if row.is_refund else row.amount_cents)
    at, what = beijing(row.at), "退款" if row.is_refund else "交易"
    nothing = ["0.00"] * 5
    values = [
        row.transaction_id, row.out_trade_no, what, row.description.replace(",", "，"), at, at, "", "", "", "",
        "pay***@example.com", amount, amount, *nothing, "", "0.00", "0.00", row.out_refund_no,
        yuan(-row.fee_cents), "0.00", "",
    ]  # fmt: skip
    return ",".join(f"{value}\t" for value in values) + "\r\n"

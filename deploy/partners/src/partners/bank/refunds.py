"""Refunds: accepted at once, completed later, told by a notice."""

import asyncio
from collections.abc import Callable

from ..clock import now_ms
from ..edge import Document
from ..errors import Refused
from ..notices.book import Notice, NoticeBook
from ..tempo import Tempo
from .books import BankBooks, Row
from .desk import OrderDesk
from .documents import AskRefund, notice_body, refund_data, refund_document


class RefundDesk:
    def __init__(
        self,
        books: BankBooks,
        orders: OrderDesk,
        notices: NoticeBook,
        submit: Callable[[Notice], object],
        tempo: Tempo,
        merchant_id: str,
    ) -> None:
        self._books = books
        self._orders = orders
        self._notices = notices
        self._submit = submit
        self._tempo = tempo
        self._merchant_id = merchant_id
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        now = now_ms()
        for out_refund_no, due_at in self._books.running_refunds():
            self._complete_in(out_refund_no, max(0, due_at - now) / 1000)

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def ask(self, asked: AskRefund) -> Document:
        known = self._books.refund(asked.out_refund_no)
        if known is not None:
            return refund_document(_same(known, asked))
        capture = self._refundable(asked)
        seconds = self._tempo.refund_seconds
        with self._books.transaction():
            self._books.add_refund(
                asked.out_refund_no,
                capture,
                asked.refund_cents,
                asked.reason,
                asked.notify_url,
                now_ms() + round(seconds * 1000),
            )
        self._complete_in(asked.out_refund_no, seconds)
        return self.query(asked.out_refund_no)

    def query(self, out_refund_no: str) -> Document:
        return refund_document(self._find(out_refund_no))

    def settle(self, out_refund_no: str, status: str) -> Document:
        """Ends a refund now; a successful one stays as it is."""
        refund = self._find(out_refund_no)
        if refund["status"] == "SUCCESS":
            raise Refused(409, "REFUND_FINISHED", "退款已成功")
        if timer := self._timers.pop(out_refund_no, None):
            timer.cancel()
        with self._books.transaction():
            self._books.finish_refund(out_refund_no, status)
            refund = self._find(out_refund_no)
            notice_id, body = notice_body(f"REFUND.{status}", self._merchant_id, refund_data(refund))
            notice = self._notices.add(notice_id, "bank", out_refund_no, refund["notify_url"], body)
        self._submit(notice)
        return refund_document(refund)

    def _find(self, out_refund_no: str) -> Row:
        refund = self._books.refund(out_refund_no)
        if refund is None:
            raise Refused(404, "REFUND_NOT_EXIST", "退款单不存在")
        return refund

    def _refundable(self, asked: AskRefund) -> Row:
        """The capture it is taken from, after all checks."""
        self._orders.find(asked.out_trade_no)
        capture = self._books.capture(asked.out_trade_no, None)
        if capture is None:
            raise Refused(409, "ORDER_NOT_PAID", "订单未支付")
        if asked.transaction_id is not None:
            capture = self._books.capture(asked.out_trade_no, asked.transaction_id)
        if capture is None:
            raise Refused(404, "TRANSACTION_NOT_EXIST", "交易号不存在")
        if capture["amount_cents"] != asked.total_cents:
            raise Refused(422, "TOTAL_MISMATCH", "原交易金额不一致")
        if self._books.spoken_for_cents(capture) + asked.refund_cents > capture["amount_cents"]:
            raise Refused(422, "REFUND_EXCEEDS", "退款金额超过可退金额")
        return capture

    def _complete_in(self, out_refund_no: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[out_refund_no] = loop.call_later(seconds, self.settle, out_refund_no, "SUCCESS")


def _same(known: Row, asked: AskRefund) -> Row:
    first = (known["out_trade_no"], known["refund_cents"], known["total_cents"])
    again = (asked.out_trade_no, asked.refund_cents, asked.total_cents)
    if first != again or asked.transaction_id not in (None, known["transaction_id"]):
        raise Refused(409, "OUT_REFUND_NO_CONFLICT", "退款单号已用于另一笔退款")
    return known

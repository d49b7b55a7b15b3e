"""Refunds: accepted at once, completed later, told by a notice where the provider does that."""

import asyncio
from collections.abc import Callable

from ..clock import now_ms
from ..errors import Refused
from ..notices.book import Notice, NoticeBook
from ..tempo import Tempo
from .books import AcquirerBooks, Row
from .desk import OrderDesk
from .documents import Dialect, RefundLine


class RefundDesk:
    def __init__(
        self,
        books: AcquirerBooks,
        orders: OrderDesk,
        notices: NoticeBook,
        submit: Callable[[Notice], object],
        tempo: Tempo,
        dialect: Dialect,
    ) -> None:
        self._books = books
        self._orders = orders
        self._notices = notices
        self._submit = submit
        self._tempo = tempo
        self._dialect = dialect
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        now = now_ms()
        for out_refund_no, due_at in self._books.running_refunds():
            self._complete_in(out_refund_no, max(0, due_at - now) / 1000)

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def ask(self, asked: RefundLine, *, at_once: bool = False) -> tuple[Row, bool]:
        """The refund, and whether it is new; `at_once` for providers whose answer says that the money moved."""
        known = self._books.refund(asked.out_refund_no)
        if known is not None:
            return _same(known, asked), False
        capture = self._refundable(asked)
        seconds = 0 if at_once else self._tempo.refund_seconds
        with self._books.transaction():
            self._books.add_refund(
                asked.out_refund_no,
                capture,
                asked.refund_cents,
                asked.reason,
                asked.notify_url,
                now_ms() + round(seconds * 1000),
            )
        if at_once:
            self.settle(asked.out_refund_no, "SUCCESS")
        else:
            self._complete_in(asked.out_refund_no, seconds)
        return self.find(asked.out_refund_no), True

    def settle(self, out_refund_no: str, status: str) -> Row:
        """Ends a refund now; a successful one stays as it is."""
        refund = self.find(out_refund_no)
        if refund["status"] == "SUCCESS":
            raise Refused(409, "REFUND_FINISHED", "退款已成功")
        if timer := self._timers.pop(out_refund_no, None):
            timer.cancel()
        order = self._orders.find(refund["out_trade_no"])
        notice = None
        with self._books.transaction():
            self._books.finish_refund(out_refund_no, status)
            refund = self.find(out_refund_no)
            url = refund["notify_url"] or order["notify_url"]
            if told := self._dialect.refunded(order, refund):
                notice = self._notices.add(
                    told.notice_id, self._orders.channel, out_refund_no, url, told.body
                )
        if notice is not None:
            self._submit(notice)
        return refund

    def find(self, out_refund_no: str) -> Row:
        refund = self._books.refund(out_refund_no)
        if refund is None:
            raise Refused(404, "REFUND_NOT_EXIST", "退款单不存在")
        return refund

    def _refundable(self, asked: RefundLine) -> Row:
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


def _same(known: Row, asked: RefundLine) -> Row:
    first = (known["out_trade_no"], known["refund_cents"], known["total_cents"])
    again = (asked.out_trade_no, asked.refund_cents, asked.total_cents)
    if first != again or asked.transaction_id not in (None, known["transaction_id"]):
        raise Refused(409, "OUT_REFUND_NO_CONFLICT", "退款单号已用于另一笔退款")
    return known

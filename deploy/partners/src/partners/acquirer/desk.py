"""A provider's order desk: what the merchant asks, what the payer does, what control makes happen.

It refuses in words of its own (`ORDER_NOT_EXIST`, `ORDER_PAID`, …); each provider's door says them in its protocol.
"""

import secrets
from collections.abc import Callable

from ..clock import now_ms
from ..edge import Document
from ..errors import Refused
from ..faults import FaultBoard, Partner
from ..notices.book import Notice, NoticeBook
from .books import AcquirerBooks, Row
from .documents import Capture, Dialect, OrderLine

UNKNOWN_MERCHANT = "1900009999"


class OrderDesk:
    def __init__(
        self,
        channel: Partner,
        books: AcquirerBooks,
        notices: NoticeBook,
        submit: Callable[[Notice], object],
        board: FaultBoard,
        dialect: Dialect,
    ) -> None:
        self.channel = channel
        self._books = books
        self._notices = notices
        self._submit = submit
        self._board = board
        self._dialect = dialect

    def place(self, line: OrderLine, *, prefix: str = "wp") -> Row:
        """The order, as it stands today where its number was used before for the same sum."""
        known = self._books.order(line.out_trade_no)
        if known is not None:
            first = (known["amount_cents"], known["currency"], known["merchant"])
            if first != (line.amount_cents, line.currency, line.merchant):
                raise Refused(409, "OUT_TRADE_NO_CONFLICT", "订单号已用于另一金额的订单")
            return self._up_to_date(known)
        if line.expires_at <= now_ms():
            raise Refused(400, "PARAM_ERROR", "参数错误 expires_at: 已过期")
        with self._books.transaction():
            self._books.add_order(line, f"{prefix}{secrets.token_hex(16)}")
        return self.find(line.out_trade_no)

    def refunded_cents(self, out_trade_no: str) -> int:
        return self._books.refunded_cents(out_trade_no)

    def close(self, out_trade_no: str) -> Row:
        state = self.find(out_trade_no)["state"]
        if state == "SUCCESS":
            raise Refused(409, "ORDER_PAID", "订单已支付，不能关闭")
        if state == "USERPAYING":
            raise Refused(409, "USER_PAYING", "用户支付中，请稍后再试")
        if state != "CLOSED":
            self._change_state(out_trade_no, "CLOSED")
        return self.find(out_trade_no)

    def pay(self, prepay_id: str) -> Document:
        """The citizen pays in the provider's app."""
        order = self.find_by_prepay_id(prepay_id)
        if order["state"] == "SUCCESS":
            raise Refused(409, "ORDER_PAID", "订单已支付")
        if order["state"] == "CLOSED":
            raise Refused(409, "ORDER_CLOSED", "订单已关闭或已过期")
        return self._take_money(order, order["amount_cents"])

    def capture_again(self, out_trade_no: str, amount_cents: int | None) -> Document:
        """Money that should not have come: for a paid or closed order, in whatever amount."""
        order = self.find(out_trade_no)
        return self._take_money(order, amount_cents or order["amount_cents"])

    def put_in_state(self, out_trade_no: str, state: str) -> Row:
        if self.find(out_trade_no)["state"] == "SUCCESS":
            raise Refused(409, "ORDER_PAID", "订单已支付")
        self._change_state(out_trade_no, state)
        return self.find(out_trade_no)

    def find(self, out_trade_no: str) -> Row:
        return self._up_to_date(self._books.order(out_trade_no))

    def find_by_prepay_id(self, prepay_id: str) -> Row:
        return self._up_to_date(self._books.order_by_prepay_id(prepay_id))

    def _up_to_date(self, order: Row | None) -> Row:
        """An unpaid order past its time closes when somebody looks."""
        if order is None:
            raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
        if order["state"] != "NOTPAY" or order["expires_at"] > now_ms():
            return order
        self._change_state(order["out_trade_no"], "CLOSED")
        return self._up_to_date(self._books.order(order["out_trade_no"]))

    def _change_state(self, out_trade_no: str, state: str) -> None:
        with self._books.transaction():
            self._books.set_order_state(out_trade_no, state)

    def _take_money(self, order: Row, amount_cents: int) -> Document:
        faults = self._board.of(self.channel)
        told_cents, merchant = amount_cents, order["merchant"]
        if faults.take("wrong_amount_next"):
            told_cents = max(1, amount_cents + faults.wrong_amount_delta_cents)
            amount_cents = told_cents if faults.wrong_amount_in == "capture" else amount_cents
        if faults.take("wrong_merchant_next"):
            merchant = UNKNOWN_MERCHANT
        number, closed = order["out_trade_no"], order["state"] == "CLOSED"
        with self._books.transaction():
            transaction_id, captured_at = self._books.add_capture(number, amount_cents)
            if not closed:
                self._books.set_order_state(number, "SUCCESS")
            told = self._dialect.captured(Capture(order, merchant, transaction_id, told_cents, captured_at))
            notice = self._notices.add(told.notice_id, self.channel, number, order["notify_url"], told.body)
        self._submit(notice)
        return {
            "out_trade_no": number,
            "state": "CLOSED" if closed else "SUCCESS",
            "transaction_id": transaction_id,
            "amount_cents": amount_cents,
        }

"""What each method does, on the desks every provider has."""

from typing import Final

from ..acquirer.acquirer import Acquirer
from ..acquirer.books import AcquirerBooks, Row
from ..acquirer.documents import OrderLine, RefundLine
from ..clock import now_ms
from ..edge import Document
from ..errors import Refused
from .documents import (
    AskPayment,
    AskRefund,
    AskRefundState,
    AskTrade,
    refund_document,
    refund_state_document,
    trade_document,
)
from .gateway import Asked

_FIFTEEN_DAYS_MS: Final = 15 * 24 * 3600 * 1000
_PRODUCTS: Final = {"web": {"FAST_INSTANT_TRADE_PAY"}, "mobile": {"QUICK_WAP_WAY", "QUICK_WAP_PAY"}}


class Trades:
    def __init__(self, acquirer: Acquirer, books: AcquirerBooks) -> None:
        self._orders = acquirer.orders
        self._refunds = acquirer.refunds
        self._books = books

    def page_pay(self, asked: Asked) -> str:
        return self._opened(asked, "web")

    def wap_pay(self, asked: Asked) -> str:
        return self._opened(asked, "mobile")

    def _opened(self, asked: Asked, scene: str) -> str:
        """The trade begins here, when the payer opens the page; until then nobody at Alipay knows of it."""
        wish = asked.content(AskPayment)
        if wish.product_code not in _PRODUCTS[scene]:
            raise Refused(400, "PARAM_ERROR", "参数有误 product_code")
        return self._cashier(asked, self._placed(asked, wish, scene))

    def precreate(self, asked: Asked) -> Document:
        wish = asked.content(AskPayment)
        order = self._placed(asked, wish, "qr")
        if order["state"] == "SUCCESS":
            raise Refused(409, "ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
        if order["state"] == "CLOSED":
            raise Refused(409, "ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
        return {"out_trade_no": order["out_trade_no"], "qr_code": self._cashier(asked, order)}

    def query(self, asked: Asked) -> Document:
        order = self._known(asked, asked.content(AskTrade).out_trade_no)
        return trade_document(order, self._status(order))

    def close(self, asked: Asked) -> Document:
        order = self._known(asked, asked.content(AskTrade).out_trade_no)
        if order["state"] != "CLOSED":
            self._orders.put_in_state(order["out_trade_no"], "CLOSED")
        return {"out_trade_no": order["out_trade_no"]}

    def refund(self, asked: Asked) -> Document:
        wish = asked.content(AskRefund)
        self._known(asked, wish.out_trade_no)
        capture = self._books.capture(wish.out_trade_no, wish.trade_no)
        line = RefundLine(
            wish.out_request_no or f"whole{wish.out_trade_no}"[:64],
            wish.out_trade_no,
            wish.trade_no,
            wish.refund_amount,
            capture["amount_cents"] if capture else 0,
            wish.refund_reason or "",
            None,
        )
        refund, is_new = self._refunds.ask(line, at_once=True)
        return refund_document(refund, self._books.refunded_cents(wish.out_trade_no), is_new=is_new)

    def query_refund(self, asked: Asked) -> Document:
        """Also of a refund nobody asked for the answer is 10000: only `refund_status` says that money moved."""
        wish = asked.content(AskRefundState)
        self._known(asked, wish.out_trade_no)
        refund = self._books.refund(wish.out_request_no)
        if refund is None or refund["out_trade_no"] != wish.out_trade_no:
            return {}
        return refund_state_document(refund)

    def _placed(self, asked: Asked, wish: AskPayment, scene: str) -> Row:
        return self._orders.place(
            OrderLine(
                wish.out_trade_no,
                asked.app.seller,
                scene,
                wish.total_amount,
                "CNY",
                wish.subject,
                asked.params.get("notify_url", ""),
                asked.params.get("return_url"),
                wish.time_expire or now_ms() + _FIFTEEN_DAYS_MS,
            ),
            prefix="ap",
        )

    def _known(self, asked: Asked, out_trade_no: str) -> Row:
        """Ours, and begun: of a code that nobody has scanned there is no trade yet."""
        order = self._orders.find(out_trade_no)
        not_scanned = order["scene"] == "qr" and order["state"] == "NOTPAY"
        if order["merchant"] != asked.app.seller or not_scanned:
            raise Refused(404, "ORDER_NOT_EXIST", "交易不存在")
        return order

    def _status(self, order: Row) -> str:
        if order["state"] == "CLOSED":
            return "TRADE_CLOSED"
        if order["state"] != "SUCCESS":
            return "WAIT_BUYER_PAY"
        back = self._books.refunded_cents(order["out_trade_no"])
        return "TRADE_CLOSED" if back >= order["captured_cents"] else "TRADE_SUCCESS"

    @staticmethod
    def _cashier(asked: Asked, order: Row) -> str:
        return f"{asked.base_url}/alipay/cashier/{order['prepay_id']}"

"""The merchant's routes, by the paths and in the words of API v3."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.routing import Route

from ..acquirer.acquirer import Acquirer
from ..acquirer.books import Row
from ..acquirer.desk import OrderDesk
from ..acquirer.refunds import RefundDesk
from ..edge import Call, Document, Edge
from ..errors import Refused
from .bills import WeChatPayBills
from .documents import AskRefund, Close, PlaceOrder, order_document, refund_document

_WORDS = {
    "ORDER_NOT_EXIST": (404, "ORDER_NOT_EXIST"),
    "ORDER_PAID": (400, "ORDERPAID"),
    "USER_PAYING": (202, "USERPAYING"),
    "OUT_TRADE_NO_CONFLICT": (403, "OUT_TRADE_NO_USED"),
    "REFUND_NOT_EXIST": (404, "RESOURCE_NOT_EXISTS"),
    "TRANSACTION_NOT_EXIST": (404, "RESOURCE_NOT_EXISTS"),
    "ORDER_NOT_PAID": (400, "INVALID_REQUEST"),
    "TOTAL_MISMATCH": (400, "INVALID_REQUEST"),
    "REFUND_EXCEEDS": (403, "NOT_ENOUGH"),
    "OUT_REFUND_NO_CONFLICT": (400, "INVALID_REQUEST"),
    "BILL_NOT_READY": (400, "STATEMENT_CREATING"),
}
"""The desks' refusals in this provider's words."""

OpenidOf = Callable[[str], bool]


class _Desk:
    def __init__(self, orders: OrderDesk, refunds: RefundDesk, appids: frozenset[str], known: Any) -> None:
        self._orders = orders
        self._refunds = refunds
        self._appids = appids
        self._known = known

    def place(self, product: str, call: Call) -> Document:
        asked = call.read(PlaceOrder)
        if asked.mchid != call.caller:
            raise Refused(400, "MCH_NOT_EXISTS", "商户号与签名不符")
        if asked.appid not in self._appids:
            raise Refused(400, "APPID_MCHID_NOT_MATCH", "appid 与商户号不匹配")
        payer = asked.payer.openid if asked.payer else None
        if product == "jsapi" and not (payer and self._known(asked.appid, payer)):
            raise Refused(400, "PARAM_ERROR", "openid 与 appid 不匹配")
        if product == "h5" and asked.scene_info is None:
            raise Refused(400, "PARAM_ERROR", "缺少 scene_info.payer_client_ip")
        order = self._orders.place(asked.line(product, payer), prefix="wx")
        if order["state"] == "SUCCESS":
            raise Refused(400, "ORDERPAID", "该订单已支付")
        if order["state"] == "CLOSED":
            raise Refused(400, "ORDER_CLOSED", "该订单已关闭")
        return _placed(order, product, call.base_url)

    def query(self, call: Call) -> Document:
        order = self._of(call, self._asking(call))
        return order_document(order, min(self._appids), self._orders.refunded_cents(order["out_trade_no"]))

    def close(self, call: Call) -> None:
        self._of(call, call.read(Close).mchid)
        self._orders.close(call.path["out_trade_no"])

    def refund(self, call: Call) -> Document:
        line = call.read(AskRefund).line()
        if self._orders.find(line.out_trade_no)["merchant"] != call.caller:
            raise Refused(404, "RESOURCE_NOT_EXISTS", "订单不存在")
        return refund_document(self._refunds.ask(line)[0])

    def query_refund(self, call: Call) -> Document:
        refund = self._refunds.find(call.path["out_refund_no"])
        if self._orders.find(refund["out_trade_no"])["merchant"] != call.caller:
            raise Refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return refund_document(refund)

    def _asking(self, call: Call) -> str:
        return parse_qs(call.query.decode("latin-1")).get("mchid", [""])[0]

    def _of(self, call: Call, mchid: str) -> Row:
        if mchid != call.caller:
            raise Refused(400, "PARAM_ERROR", "mchid 与签名不符")
        order = self._orders.find(call.path["out_trade_no"])
        if order["merchant"] != mchid:
            raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
        return order


def routes(
    edge: Edge,
    acquirer: Acquirer,
    appids: frozenset[str],
    known: Callable[[str, str], bool],
) -> list[Route]:
    """`known(appid, openid)`: whether that is a user of that app."""
    desk = _Desk(acquirer.orders, acquirer.refunds, appids, known)
    bills = WeChatPayBills(acquirer.bills, min(appids))

    def placing(product: str) -> Route:
        return edge.route(
            "POST", f"/v3/pay/transactions/{product}", _said(lambda call: desk.place(product, call))
        )

    return [
        *map(placing, ("jsapi", "native", "h5")),
        edge.route("GET", "/v3/pay/transactions/out-trade-no/{out_trade_no}", _said(desk.query)),
        edge.route("POST", "/v3/pay/transactions/out-trade-no/{out_trade_no}/close", _said(desk.close)),
        edge.route("POST", "/v3/refund/domestic/refunds", _said(desk.refund)),
        edge.route("GET", "/v3/refund/domestic/refunds/{out_refund_no}", _said(desk.query_refund)),
        edge.route("GET", "/v3/bill/tradebill", _said(bills.made)),
        edge.file_route("/v3/billdownload/file", bills.file),
    ]


def _said(handler: Callable[[Call], Document | None]) -> Callable[[Call], Document | None]:
    """The handler, refusing in this provider's words."""

    def answer(call: Call) -> Document | None:
        try:
            return handler(call)
        except Refused as refused:
            status, code = _WORDS.get(refused.code, (refused.status, refused.code))
            raise Refused(status, code, refused.message) from None

    return answer


def _placed(order: Row, product: str, base_url: str) -> Document:
    prepay_id = order["prepay_id"]
    if product == "native":
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={prepay_id}"}
    if product == "h5":
        return {"h5_url": f"{base_url}/wechat_pay/cashier/{prepay_id}"}
    return {"prepay_id": prepay_id}

"""The merchant's routes."""

from starlette.routing import Route

from ..edge import Call, Document, Edge
from .desk import OrderDesk
from .documents import AskRefund, PlaceOrder
from .refunds import RefundDesk


def routes(edge: Edge, orders: OrderDesk, refunds: RefundDesk) -> list[Route]:
    def place(call: Call) -> Document:
        return orders.place(call.read(PlaceOrder), call.base_url)

    def query(call: Call) -> Document:
        return orders.query(call.path["out_trade_no"])

    def close(call: Call) -> Document:
        return orders.close(call.path["out_trade_no"])

    def refund(call: Call) -> Document:
        return refunds.ask(call.read(AskRefund))

    def query_refund(call: Call) -> Document:
        return refunds.query(call.path["out_refund_no"])

    return [
        edge.route("POST", "/bank/v1/orders", place),
        edge.route("GET", "/bank/v1/orders/{out_trade_no}", query),
        edge.route("POST", "/bank/v1/orders/{out_trade_no}/close", close),
        edge.route("POST", "/bank/v1/refunds", refund),
        edge.route("GET", "/bank/v1/refunds/{out_refund_no}", query_refund),
    ]

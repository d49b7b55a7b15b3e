"""The merchant's routes."""

from starlette.routing import Route

from ..acquirer.acquirer import Acquirer
from ..edge import Call, Document, Edge
from .bills import BankBills
from .documents import AskRefund, PlaceOrder, order_document, placed_document, refund_document


def routes(edge: Edge, acquirer: Acquirer) -> list[Route]:
    orders, refunds, bills = acquirer.orders, acquirer.refunds, BankBills(acquirer.bills)

    def place(call: Call) -> Document:
        return placed_document(orders.place(call.read(PlaceOrder).line(call.caller)), call.base_url)

    def query(call: Call) -> Document:
        order = orders.find(call.path["out_trade_no"])
        return order_document(order, orders.refunded_cents(order["out_trade_no"]))

    def close(call: Call) -> Document:
        order = orders.close(call.path["out_trade_no"])
        return {"out_trade_no": order["out_trade_no"], "state": order["state"]}

    def refund(call: Call) -> Document:
        return refund_document(refunds.ask(call.read(AskRefund).line())[0])

    def query_refund(call: Call) -> Document:
        return refund_document(refunds.find(call.path["out_refund_no"]))

    return [
        edge.route("POST", "/bank/v1/orders", place),
        edge.route("GET", "/bank/v1/orders/{out_trade_no}", query),
        edge.route("POST", "/bank/v1/orders/{out_trade_no}/close", close),
        edge.route("POST", "/bank/v1/refunds", refund),
        edge.route("GET", "/bank/v1/refunds/{out_refund_no}", query_refund),
        edge.route("GET", "/bank/v1/bills/{day}", bills.made),
        edge.file_route("/bank/v1/bills/{day}/files/{token}", bills.file),
    ]

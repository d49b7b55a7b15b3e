"""Control over what only Alipay does: the time for refunds of a paid trade is over. PROTOCOL.md §11."""

from starlette.routing import Route

from ..acquirer.acquirer import Acquirer, Office
from ..control.door import Answer, Ask, ControlDoor
from ..errors import Refused
from .documents import AlipayDialect


def finish_route(door: ControlDoor, acquirer: Acquirer, dialect: AlipayDialect, office: Office) -> Route:
    def finish(ask: Ask) -> Answer:
        order = acquirer.orders.find(ask.path["out_trade_no"])
        if order["state"] != "SUCCESS":
            raise Refused(409, "ORDER_NOT_PAID", "订单未支付")
        told = dialect.finished(order)
        with office.books.transaction():
            notice = office.notices.add(
                told.notice_id, "alipay", order["out_trade_no"], order["notify_url"], told.body
            )
        office.submit(notice)
        return {"out_trade_no": order["out_trade_no"], "notice_id": told.notice_id}

    return door.route("POST", "/alipay/orders/{out_trade_no}/finish", finish)

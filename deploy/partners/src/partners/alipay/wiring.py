"""Alipay, put together."""

from starlette.routing import Route

from ..acquirer.acquirer import Acquirer, Office
from ..acquirer.books import AcquirerBooks
from ..control.door import ControlDoor
from ..keys import KeyRing
from ..open_edge import OpenEdge
from ..settings import PartnersSettings
from .bills import AlipayBills
from .control import finish_route
from .documents import AlipayDialect
from .gateway import App, Gateway
from .notices import AlipaySender
from .returning import SignedReturn
from .trades import Trades


class Alipay:
    def __init__(self, settings: PartnersSettings, keys: KeyRing, office: Office) -> None:
        apps = (
            App(settings.alipay_treasury_app, settings.alipay_treasury_seller),
            App(settings.alipay_postal_app, settings.alipay_postal_seller),
        )
        self._office = office
        own_key = keys.rsa_private("alipay")
        books = AcquirerBooks(office.books, "alipay")
        self.dialect = AlipayDialect(books, {app.seller: app.app_id for app in apps})
        back = SignedReturn(own_key, {app.seller: app.app_id for app in apps}, books)
        self.acquirer = Acquirer.open("alipay", office, self.dialect, back)
        self.sender = AlipaySender(own_key, office.board)
        self._edge = OpenEdge("alipay", office.board, settings.public_url)
        self._bills = AlipayBills(self.acquirer.bills)
        trades = Trades(self.acquirer, books)
        self._gateway = Gateway(
            {app.app_id: app for app in apps},
            keys.rsa_public("alipay-app"),
            own_key,
            calls={
                "alipay.trade.precreate": trades.precreate,
                "alipay.trade.query": trades.query,
                "alipay.trade.close": trades.close,
                "alipay.trade.refund": trades.refund,
                "alipay.trade.fastpay.refund.query": trades.query_refund,
                "alipay.data.dataservice.bill.downloadurl.query": self._bills.made,
            },
            pages={"alipay.trade.page.pay": trades.page_pay, "alipay.trade.wap.pay": trades.wap_pay},
        )

    def routes(self) -> list[Route]:
        return [
            *(
                self._edge.route(method, "/alipay/gateway.do", self._gateway.answer)
                for method in ("GET", "POST")
            ),
            self._edge.route("GET", "/alipay/bills/{token}", self._bills.file),
        ]

    def control_routes(self, door: ControlDoor) -> list[Route]:
        return [finish_route(door, self.acquirer, self.dialect, self._office)]

"""The only place that puts the sandbox together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from . import faces, fines, fiscal, realname, sms
from .acquirer import cashier
from .acquirer.acquirer import Acquirer, Office
from .alipay.wiring import Alipay
from .bank import api as bank_api
from .bank.documents import BankDialect
from .books import Books
from .ccb.wiring import Ccb
from .city import api as city_api
from .city.keys import CityKeys
from .city.people import CityPeople
from .city.provider import CityProvider, Client
from .control import api as control_api
from .control import people as control_people
from .control.acquirers import acquirer_routes
from .control.couriers import courier_routes
from .control.door import ControlDoor
from .control.ledgers import Ledgers
from .courier.books import CourierBooks
from .courier.claims import ClaimDesk
from .courier.depot import Depot
from .courier.door import CourierDoor
from .courier.ems.api import EmsApi
from .courier.ems.envelope import Envelope
from .courier.ems.face import EmsFace, EmsSender
from .courier.parcels import Courier, Face
from .courier.sf.api import SfApi
from .courier.sf.face import SfFace, SfSender
from .courier.statements import StatementOffice
from .edge import Edge, SignedAnswers
from .faults import FaultBoard, Partner
from .gate import Gate
from .keys import KeyRing
from .notices.book import NoticeBook
from .notices.dispatcher import Dispatcher
from .notices.postman import Postman, Sender
from .notices.signed import SignedSender
from .open_edge import OpenEdge
from .settings import PartnersSettings
from .signing import Ed25519Verifier, HeaderNames, HmacVerifier, Signer
from .tempo import Tempo
from .wechat import api as wechat_api
from .wechat.people import WeChatPeople
from .wechat.service import App, WeChat
from .wechat_pay.wiring import WeChatPay

BANK_HEADERS = HeaderNames.of("bank", "merchant")
CITY_RETURN = "/api/identity/ways/city/return"
"""Below our own address; what we registered at the city's platform."""


class Sandbox:
    """Every partner, wired; `start` and `stop` frame its life on the event loop."""

    def __init__(self, settings: PartnersSettings) -> None:
        self.settings = settings
        self.keys = KeyRing.load(settings.keys)
        self.board = FaultBoard()
        self.tempo = Tempo.of(settings)
        self.bank_signer = Signer(self.keys.bank)
        self.ems_envelope = Envelope(self.keys.ems)
        self.books = Books(settings.data)
        self.notices = NoticeBook(self.books)
        senders = self._senders()
        self.dispatcher = Dispatcher(self.notices, Postman(senders), self.board, self.tempo)
        submit = self.dispatcher.submit
        office = Office(self.books, self.notices, submit, self.board, self.tempo)
        self.bank = Acquirer.open("bank", office, BankDialect())
        self.alipay = Alipay(settings, self.keys, office)
        senders["alipay"] = self.alipay.sender
        self.ccb = Ccb(settings, self.keys, office)
        senders["ccb"] = self.ccb.sender
        self.depot = self._open_depot(settings)
        self.claims = ClaimDesk(self.books, self.depot)
        self.statements = StatementOffice(self.books)
        self.sms = sms.SmsOperator(self.books)
        self.realname = realname.RealNameService(self.books)
        self.faces = faces.FaceChecks(self.books)
        self.fines = fines.IssuingSystem(self.books)
        self.fiscal = fiscal.FiscalPlatform(self.books, self.board, Signer(self.keys.fiscal_seal))
        self._open_ways_in(settings)
        self.wechat_pay = WeChatPay(settings, self.keys, office, self.wechat_people)
        senders["wechat_pay"] = self.wechat_pay.sender
        self.acquirers = [self.bank, self.wechat_pay.acquirer, self.alipay.acquirer, self.ccb.acquirer]

    def _open_depot(self, settings: PartnersSettings) -> Depot:
        push_base = settings.push_url or settings.client_url
        faces: dict[Courier, Face] = {"ems": EmsFace(push_base), "sf": SfFace(push_base, settings.sf_codes)}
        return Depot(CourierBooks(self.books), self.notices, self.dispatcher.submit, self.tempo, faces)

    def _open_ways_in(self, settings: PartnersSettings) -> None:
        mini = App(settings.wechat_mini, self.keys.wechat_mini)
        official = App(settings.wechat_official, self.keys.wechat_official)
        self.wechat_people = WeChatPeople(self.books, mini.appid, official.appid)
        self.wechat = WeChat(self.books, self.wechat_people, mini, official)
        self.city_people, self.city_keys = CityPeople(self.books), CityKeys(self.books)
        client = Client(settings.app, self.keys.city, frozenset({settings.client_url + CITY_RETURN}))
        self.city = CityProvider(self.books, self.city_people, self.city_keys, client)

    def start(self) -> None:
        self.dispatcher.start()
        for acquirer in self.acquirers:
            acquirer.refunds.start()
        self.depot.start()

    async def stop(self) -> None:
        await self.depot.stop()
        for acquirer in self.acquirers:
            acquirer.refunds.stop()
        await self.dispatcher.stop()
        self.books.close()

    def routes(self) -> list[BaseRoute]:
        return [
            *bank_api.routes(self._bank_edge(), self.bank),
            *self.wechat_pay.routes(),
            *self.alipay.routes(),
            *self.ccb.routes(),
            *(route for acquirer in self.acquirers for route in cashier.routes(acquirer, self.board)),
            *self._courier_routes(),
            *sms.routes(self._hmac_edge("sms", self.keys.sms), self.sms),
            *self._realname_routes(),
            *fines.routes(self._hmac_edge("fines", self.keys.fines), self.fines),
            *fiscal.routes(self._hmac_edge("fiscal", self.keys.fiscal), self.fiscal),
            *self._way_in_routes(),
            *self._control_routes(),
            Route("/healthz", _healthz, methods=["GET"]),
        ]

    def _senders(self) -> dict[Partner, Sender]:
        return {
            "bank": SignedSender(BANK_HEADERS, self.bank_signer, "code", "SUCCESS"),
            "ems": EmsSender(self.ems_envelope, self.settings.ems_sender),
            "sf": SfSender(self.keys.sf_push),
        }

    def _bank_edge(self) -> Edge:
        verifier = Ed25519Verifier(self.keys.bank_merchant)
        merchants = (self.settings.bank_merchant, self.settings.bank_postal_merchant)
        gate = Gate(BANK_HEADERS, merchants, verifier)
        return Edge(
            "bank", gate, self.board, SignedAnswers(self.bank_signer, BANK_HEADERS), self.settings.public_url
        )

    def _courier_routes(self) -> list[Route]:
        settings = self.settings
        ems = EmsApi(
            self.depot,
            self.claims,
            self.statements,
            self.ems_envelope,
            settings.ems_sender,
            self.keys.ems_authorization,
        )
        sf = SfApi(self.depot, self.claims, self.statements, settings.sf_partner, self.keys.sf)
        return [
            *ems.routes(CourierDoor("ems", self.board, settings.public_url)),
            *sf.routes(CourierDoor("sf", self.board, settings.public_url)),
        ]

    def _hmac_edge(self, partner: Partner, secret: bytes) -> Edge:
        gate = Gate(HeaderNames.of(partner, "app"), (self.settings.app,), HmacVerifier(secret))
        return Edge(partner, gate, self.board, public_url=self.settings.public_url)

    def _realname_routes(self) -> list[Route]:
        edge = self._hmac_edge("realname", self.keys.realname)
        pages = OpenEdge("realname", self.board, self.settings.public_url)
        return [
            *realname.routes(edge, self.realname),
            *faces.routes(edge, self.faces),
            *faces.pages(pages, self.faces),
        ]

    def _way_in_routes(self) -> list[Route]:
        wechat = OpenEdge("wechat", self.board, self.settings.public_url)
        city = OpenEdge("city", self.board, self.settings.public_url)
        domain = urlsplit(self.settings.client_url).netloc
        return [
            *wechat_api.routes(wechat, self.wechat, self.wechat_people, domain),
            *city_api.routes(city, self.city, self.city_people, self.city_keys, self.board),
        ]

    def _control_routes(self) -> list[Route]:
        door = ControlDoor(self.settings.control_token)
        return [
            *control_api.fault_routes(door, self.board, self.dispatcher),
            *control_api.tempo_routes(door, self.tempo, self.depot),
            *control_api.book_routes(door, Ledgers(self.books), self.fines),
            *control_api.notice_routes(door, self.notices, self.dispatcher),
            *control_people.wechat_routes(door, self.wechat_people, self.wechat),
            *control_people.city_routes(door, self.city_people, self.city_keys),
            *control_people.face_routes(door, self.faces),
            *courier_routes(door, self.claims, self.statements),
            *control_api.other_routes(door, self.depot, self.sms, self.realname, self.fines),
            *self.alipay.control_routes(door),
            *acquirer_routes(door, self.acquirers),  # last: its paths begin with any name
        ]


def build(settings: PartnersSettings) -> Starlette:
    sandbox = Sandbox(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        sandbox.start()
        try:
            yield
        finally:
            await sandbox.stop()

    app = Starlette(routes=sandbox.routes(), lifespan=lifespan)
    app.state.sandbox = sandbox
    return app


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})

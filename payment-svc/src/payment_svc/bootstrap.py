"""The one place that picks concrete classes."""

from pathlib import Path

import httpx2
from chassis.auth.service_token import ServiceToken
from chassis.http_client import ServiceClient
from chassis.people import erase_on_request, erases, people_router
from chassis.service import Service
from contracts.identity import AccountErased

from .api import checkout, giving_back, money, orders, webhooks
from .api.receipts import routes as receipt_routes
from .api.returns import routes as return_routes
from .application.apply_unmatched_notices import ApplyUnmatchedNotices
from .application.bill_ports import BillSources
from .application.call_off_order import CallOffOrder
from .application.change_postage import ChangePostage
from .application.channel_port import Channels
from .application.check_order import CheckOrder
from .application.close_order import CloseOrder
from .application.confirm_notice import ConfirmNotice
from .application.give_back import GiveBack
from .application.handlers import UseCases, on_jobs, recurring
from .application.issue_receipt import IssueReceipt
from .application.look_after_return import LookAfterReturn
from .application.open_order import OpenOrder
from .application.ports import CaseReferences, IssuingSystem, Openids
from .application.price_order import PriceOrder
from .application.query_attempt import QueryAttempt
from .application.receive_notice import ReceiveNotice
from .application.report_fine_paid import ReportFinePaid
from .application.return_money import ReturnMoney
from .application.seal_notices import SealNotices
from .application.settle_payment import SettlePayment
from .application.start_attempt import StartAttempt
from .application.watch_deadlines import WatchDeadlines
from .bill_wiring import wire_bills
from .channels.case_references import CaseSvcReferences
from .channels.configuration import SANDBOX, Surroundings
from .channels.fines import FinesSystem
from .channels.openids import IdentityOpenids
from .channels.opening import open_channels
from .consumers.case_cases import case_handlers
from .consumers.courier_shipments import shipment_handlers
from .parity_wiring import wire_parity
from .partner_wiring import wire_partners
from .persistence import tables
from .persistence.attempts import PgAttempts
from .persistence.money import PgMoney
from .persistence.notices import PgNotices
from .persistence.orders import PgOrders
from .persistence.people import PaymentPeople
from .persistence.refunds import PgRefunds
from .persistence.sealed import SEALED
from .persistence.views import PgViews
from .receipt_wiring import wire_receipts
from .settings import PaymentSettings


def build(settings: PaymentSettings) -> Service:
    service = Service(
        "payment-svc", settings, metadata=tables.metadata, migrations=Path(__file__).parent / "migrations"
    )
    service.seal_with(settings.sealer(), SEALED)
    channels, bills = Channels(), BillSources()
    receipts = wire_receipts(service, settings)
    case_svc = _client(service, settings, settings.case_url)
    use = _use_cases(
        settings,
        channels,
        CaseSvcReferences(case_svc),
        _fines(service, settings),
        _openids(service, settings),
        receipts,
    )
    _open_channels_at_start(service, settings, channels, bills)
    service.state.use_cases = use
    service.state.case_page = settings.case_page
    # The hottest path is matched first.
    service.include(webhooks.router, orders.router, giving_back.router, money.router, receipt_routes.router)
    service.include(checkout.router, return_routes.router)
    people = PaymentPeople()
    service.include(people_router(lambda: people, service.begin))
    service.consume({AccountErased: erase_on_request(lambda: people)})
    erases(service, lambda: people)
    service.consume(case_handlers(use))
    service.consume(shipment_handlers(use))
    wire_parity(service, PgOrders(), case_svc)
    wire_bills(service, settings, bills, use)
    wire_partners(service, settings, use)
    for kind, run in on_jobs(use).items():
        service.job(kind, run)
    for kind, (run, every) in recurring(use).items():
        service.job(kind, run, every=every)
    return service


def _use_cases(
    settings: PaymentSettings,
    channels: Channels,
    cases: CaseReferences,
    issuer: IssuingSystem,
    openids: Openids,
    receipts: IssueReceipt,
) -> UseCases:
    sealer = settings.sealer()
    store, attempts, captures, refunds, notices = (
        PgOrders(),
        PgAttempts(),
        PgMoney(sealer),
        PgRefunds(),
        PgNotices(sealer),
    )
    limit = settings.refund_approval_from_cents
    return_money = ReturnMoney(store, captures, refunds, channels, receipts, limit)
    settle = SettlePayment(store, attempts, captures, notices, return_money, receipts, channels)
    give_back = GiveBack(store, refunds, return_money, limit)
    receive = ReceiveNotice(settle, return_money, refunds, notices)
    open_order, views = OpenOrder(store, settings.order_ttl), PgViews()
    check = CheckOrder(store, attempts, refunds, settle, return_money, channels)
    return UseCases(
        open_order=open_order,
        price_order=PriceOrder(store, cases, issuer, settings.order_ttl),
        references=cases,
        report_fine_paid=ReportFinePaid(cases, issuer),
        start_attempt=StartAttempt(attempts, settle, channels, openids),
        check_order=check,
        look_after_return=LookAfterReturn(attempts, views, check, channels),
        receive_notice=receive,
        apply_unmatched_notices=ApplyUnmatchedNotices(receive, notices, channels),
        seal_notices=SealNotices(notices),
        query_attempt=QueryAttempt(attempts, settle, channels),
        confirm_notice=ConfirmNotice(attempts, notices, settle, channels),
        call_off_order=CallOffOrder(store, return_money),
        change_postage=ChangePostage(store, open_order),
        close_order=CloseOrder(store, attempts, settle, channels),
        settle=settle,
        return_money=return_money,
        give_back=give_back,
        watch_deadlines=WatchDeadlines(store, attempts),
        views=views,
        channels=channels,
    )


def _open_channels_at_start(
    service: Service, settings: PaymentSettings, channels: Channels, bills: BillSources
) -> None:
    """Keys are read when the service starts: printing its API document needs none."""

    async def open_all() -> None:
        for close in open_channels(
            settings.payment_channels or SANDBOX, _surroundings(settings), channels, bills
        ):
            service.on_stop(close)

    service.on_start(open_all)


def _surroundings(settings: PaymentSettings) -> Surroundings:
    beside = settings.payment_channels and settings.payment_channels.parent
    folders = (settings.partners_keys, beside)
    return Surroundings(
        public_url=settings.public_url,
        notify_base_url=settings.notify_base_url or settings.public_url,
        partners_url=settings.partners_url,
        folders=tuple(folder for folder in folders if folder is not None),
    )


def _fines(service: Service, settings: PaymentSettings) -> IssuingSystem:
    client = httpx2.AsyncClient(base_url=settings.partners_url, timeout=5)
    service.on_stop(client.aclose)
    return FinesSystem(client, settings.partners_app, settings.fines_key)


def _openids(service: Service, settings: PaymentSettings) -> Openids:
    return IdentityOpenids(_client(service, settings, settings.identity_url))


def _client(service: Service, settings: PaymentSettings, url: str) -> ServiceClient:
    secret = settings.service_secret.get_secret_value() if settings.service_secret else ""
    token = ServiceToken(settings.identity_url, service.name, secret)
    client = ServiceClient(url, token)
    service.on_stop(client.close)
    service.on_stop(token.close)
    return client

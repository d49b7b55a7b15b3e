"""The only place that picks concrete classes."""

from collections.abc import Callable
from pathlib import Path

import aiohttp
from chassis.auth.service_token import ServiceToken
from chassis.http_client import ServiceClient
from chassis.jobs import Begin, Job
from chassis.jobs.job import JobHandler
from chassis.people import erase_on_request, erases, people_router
from chassis.service import Service
from contracts.identity import AccountErased

from .api import claims, shipments, statements, webhook
from .application import handlers
from .application.desk import Desk, Policy
from .application.handlers import OnJob
from .application.ports import AddressBook, SavedAddresses
from .channels.case_addresses import CaseAddresses
from .channels.saved_addresses import IdentityAddresses
from .channels.statement_files import read_statement
from .consumers.cases import case_handlers
from .consumers.orders import order_handlers
from .couriers import open_carriers
from .domain.address import Address
from .domain.claims import ClaimTimes
from .partner_wiring import wire_partners
from .persistence.claims import PgClaims
from .persistence.people import CourierPeople
from .persistence.postage import PgPostage
from .persistence.reports import PgReports
from .persistence.sealed import SEALED
from .persistence.shipments import PgShipments
from .persistence.statements import PgStatements
from .persistence.tables import metadata
from .settings import CourierSettings


def build(
    settings: CourierSettings,
    *,
    addresses: AddressBook | None = None,
    saved: SavedAddresses | None = None,
) -> Service:
    """The service, unstarted. Tests may give it other addresses."""
    migrations = Path(__file__).parent / "migrations"
    service = Service("courier-svc", settings, metadata=metadata, migrations=migrations)
    service.include(shipments.router, claims.router, statements.router, webhook.router)

    def people() -> CourierPeople:
        return CourierPeople(settings.sealer())

    service.include(people_router(people, service.begin))
    service.consume({AccountErased: erase_on_request(people)})
    erases(service, people)

    def desk() -> Desk:
        opened: Desk = service.state.desk
        return opened

    async def open_desk() -> None:
        book = addresses or CaseAddresses(_ask(service, settings, settings.case_url))
        kept = saved or IdentityAddresses(_ask(service, settings, settings.identity_url))
        service.state.desk = _desk(service, settings, book, kept)

    if settings.data_keys is not None:
        service.seal_with(settings.sealer(), SEALED)
    service.on_start(open_desk)
    service.consume(case_handlers(desk))
    service.consume(order_handlers(desk))
    wire_partners(service, settings, desk)
    for kind, use_case in handlers.JOBS.items():
        service.job(kind, _job(use_case, desk))
    for kind, (use_case, every) in handlers.RECURRING.items():
        service.job(kind, _job(use_case, desk), every=every)
    return service


def _job(use_case: OnJob, desk: Callable[[], Desk]) -> JobHandler:
    async def run(job: Job, begin: Begin) -> None:
        await use_case(desk(), job, begin)

    return run


def _desk(service: Service, settings: CourierSettings, addresses: AddressBook, saved: SavedAddresses) -> Desk:
    session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=settings.courier_timeout), cookie_jar=aiohttp.DummyCookieJar()
    )
    service.on_stop(session.close)
    sealer = settings.sealer()
    offices = {unit: Address(**office.model_dump()) for unit, office in settings.unit_offices.items()}
    default = Address(**settings.office.model_dump())
    return Desk(
        shipments=PgShipments(),
        reports=PgReports(sealer),
        claims=PgClaims(),
        statements=PgStatements(),
        read_statement=read_statement,
        carriers=open_carriers(settings, session),
        addresses=addresses,
        postage=PgPostage(),
        saved=saved,
        sealer=sealer,
        office_of=lambda unit: offices.get(unit, default),
        policy=Policy(
            poll_after=settings.poll_after,
            silent_after=settings.silent_after,
            keep_ended=settings.keep_ended,
            keep_returned=settings.keep_returned,
            keep_strays=settings.keep_strays,
            keep_proof=settings.keep_proof,
            doubt_after=settings.doubt_after,
            claims=ClaimTimes(settings.lost_after, settings.damaged_within),
            ask_claim_after=settings.ask_claim_after,
            tariffs={name: settings.tariff(name) for name in settings.couriers},
            statement_day=settings.statement_day,
        ),
    )


def _ask(service: Service, settings: CourierSettings, url: str) -> ServiceClient:
    """A way to another service, as ourselves."""
    if settings.service_secret is None:
        raise RuntimeError("set SERVICE_SECRET: addresses are asked of other services as ourselves")
    token = ServiceToken(settings.identity_url, service.name, settings.service_secret.get_secret_value())
    client = ServiceClient(url, token)
    service.on_stop(token.close)
    service.on_stop(client.close)
    return client

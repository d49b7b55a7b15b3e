"""The export of all that is kept of a person, and the end of an account, put together."""

from datetime import timedelta

from chassis.auth.service_token import ServiceToken
from chassis.http_client import ServiceClient

from ..api.people import erasure, exports
from ..api.people.erasure import ErasureDesk
from ..api.people.exports import ExportDesk
from ..application.mandates.notices import JobNotices
from ..application.people.ask_parts import AskParts
from ..application.people.erase_account import EraseAccount
from ..application.people.ports import Source
from ..application.people.prepare_export import PrepareExport
from ..application.people.request_erasure import ERASE, RequestErasure
from ..application.people.request_export import PREPARE, RequestExport
from ..application.sweep import Sweep
from ..channels.people.services import ServicePart
from ..persistence.people.erasures import SqlErasures
from ..persistence.people.exports import SqlExports
from ..persistence.people.own_part import OwnPart
from .parts import Parts

ROUTERS = (exports.router, erasure.router, erasure.receipts)
SWEEP = "identity.sweep_exports"


def wire(parts: Parts) -> None:
    service, stores, settings = parts.service, parts.stores, parts.settings
    kept = SqlExports(parts.sealer)
    request = RequestExport(kept, stores.messages, timedelta(seconds=settings.reauthentication_seconds))
    service.state.people = ExportDesk(request, kept, service.begin)
    sources = _sources(parts)
    service.job(PREPARE, PrepareExport(kept, sources, stores.messages))
    erasures = SqlErasures(parts.sealer, settings.erasure_report_days)
    _wire_erasure(parts, erasures, sources, request)
    service.job(SWEEP, Sweep(kept, erasures), every=timedelta(hours=1))


def _wire_erasure(
    parts: Parts, erasures: SqlErasures, sources: dict[str, Source], export: RequestExport
) -> None:
    service, stores, settings = parts.service, parts.stores, parts.settings
    asked, cooling_off = AskParts(sources, service.name), timedelta(days=settings.erasure_cooling_off_days)
    request = RequestErasure(
        service.begin,
        erasures,
        asked,
        stores.messages,
        JobNotices(),
        cooling_off,
        stores.throttle,
        parts.sealer.lookup_hash,
    )
    service.state.erasure = ErasureDesk(request, erasures, export)
    erase = EraseAccount(
        erasures,
        asked,
        stores.mandates,
        parts.answer_mandate,
        stores.messages,
        JobNotices(),
        parts.revoke_access,
        settings.access_token_lifetime,
        service.name,
    )
    service.job(ERASE, erase)


def _sources(parts: Parts) -> dict[str, Source]:
    settings, service = parts.settings, parts.service
    secret = settings.service_secret.get_secret_value() if settings.service_secret else ""
    token = ServiceToken(settings.identity_url, service.name, secret)
    service.on_stop(token.close)
    sources: dict[str, Source] = {service.name: OwnPart(service.begin, parts.stores.accounts, parts.sealer)}
    for name, url in settings.parts_of_exports.items():
        client = ServiceClient(url, token, timeout=20)
        service.on_stop(client.close)
        sources[name] = ServicePart(client)
    return sources

"""The export of all that is kept of a person, put together."""

from datetime import timedelta

from chassis.auth.service_token import ServiceToken
from chassis.http_client import ServiceClient

from ..api.people import exports
from ..api.people.exports import ExportDesk
from ..application.people.ports import Source
from ..application.people.prepare_export import PrepareExport
from ..application.people.request_export import PREPARE, RequestExport
from ..application.sweep import Sweep
from ..channels.people.services import ServicePart
from ..persistence.people.exports import SqlExports
from ..persistence.people.own_part import OwnPart
from .parts import Parts

ROUTERS = (exports.router,)
SWEEP = "identity.sweep_exports"


def wire(parts: Parts) -> None:
    service, stores, settings = parts.service, parts.stores, parts.settings
    kept = SqlExports(parts.sealer)
    request = RequestExport(kept, stores.messages, timedelta(seconds=settings.reauthentication_seconds))
    service.state.people = ExportDesk(request, kept, service.begin)
    service.job(PREPARE, PrepareExport(kept, _sources(parts), stores.messages))
    service.job(SWEEP, Sweep(kept), every=timedelta(hours=1))


def _sources(parts: Parts) -> dict[str, Source]:
    settings, service = parts.settings, parts.service
    secret = settings.service_secret.get_secret_value() if settings.service_secret else ""
    token = ServiceToken(settings.identity_url, service.name, secret)
    service.on_stop(token.close)
    sources: dict[str, Source] = {service.name: OwnPart(service.begin, parts.stores.accounts)}
    for name, url in settings.parts_of_exports.items():
        client = ServiceClient(url, token, timeout=20)
        service.on_stop(client.close)
        sources[name] = ServicePart(client)
    return sources

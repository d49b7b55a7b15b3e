"""The only place that picks concrete classes."""

from functools import partial
from pathlib import Path

from chassis.service import Service

from .api import editor, public
from .application.handlers import event_handlers, job_handlers
from .application.keep_organisation import KeepOrganisation
from .files.read_catalogue import PACKAGED
from .files.read_search_words import read_search_words
from .persistence.catalogue_reader import PgCatalogueReader
from .persistence.item_store import PgItemStore
from .persistence.organisation_store import PgOrganisationStore
from .persistence.tables import metadata
from .settings import CatalogSettings
from .startup import take_in_catalogue

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: CatalogSettings) -> Service:
    service = Service("catalog-svc", settings, metadata=metadata, migrations=MIGRATIONS)
    service.state.items = PgItemStore()
    service.state.reader = PgCatalogueReader()
    service.state.organisation = PgOrganisationStore()
    service.state.search_words = read_search_words(PACKAGED / "search.yaml")
    service.include(public.router, editor.router)
    organisation = KeepOrganisation(service.state.organisation)
    service.consume(event_handlers(organisation))
    for kind, handler in job_handlers(organisation).items():
        service.job(kind, handler)
    service.on_start(partial(take_in_catalogue, service, settings.catalogue_folder or PACKAGED))
    return service

"""Taking the catalogue's files in: at the start of the service when they are new, or when told to."""

from pathlib import Path

import structlog
from chassis.service import Service

from .application.import_catalogue import ImportOutcome, import_catalogue
from .application.refresh_rendering import refresh_rendering
from .domain.finding import LocatedFinding
from .domain.lint import Linted, lint
from .files.read_catalogue import fingerprint, read_catalogue

log = structlog.get_logger(__name__)


class CatalogueHasErrors(Exception):
    """The files were refused as a whole; `findings` are all of their errors."""

    def __init__(self, findings: list[LocatedFinding]) -> None:
        super().__init__("\n".join(str(found) for found in findings))
        self.findings = findings


async def take_in_catalogue(service: Service, folder: Path) -> None:
    """Imports the files unless they were imported before, ever; then renders anew what this release does.

    Several instances may start at once: one works, the others wait and find it done.
    """
    items, words, mark = service.state.items, service.state.search_words, fingerprint(folder)
    async with service.begin() as uow:
        known = await items.was_applied(uow, "items", mark)
    if not known:
        linted = _linted(folder)
        async with service.begin() as uow:
            await items.lock_catalogue(uow)
            if not await items.was_applied(uow, "items", mark):
                _tell(await import_catalogue(uow, items, linted.items, words, fingerprint=mark))
    async with service.begin() as uow:
        if rendered := await refresh_rendering(uow, items, words):
            log.info("catalogue_rendered", items=rendered)


async def import_folder(service: Service, folder: Path, *, force: bool) -> ImportOutcome:
    """Imports the files whether they were imported before or not. Raises CatalogueHasErrors, or OSError."""
    linted = _linted(folder)
    items, words = service.state.items, service.state.search_words
    async with service.begin() as uow:
        outcome = await import_catalogue(
            uow, items, linted.items, words, fingerprint=fingerprint(folder), force=force
        )
    _tell(outcome)
    return outcome


def _linted(folder: Path) -> Linted:
    linted = lint(read_catalogue(folder))
    if linted.findings:
        raise CatalogueHasErrors(linted.findings)
    return linted


def _tell(outcome: ImportOutcome) -> None:
    log.info(
        "catalogue_imported",
        published=len(outcome.published),
        retired=len(outcome.retired),
        unchanged=len(outcome.unchanged),
    )
    if outcome.kept:
        log.warning("catalogue_items_kept", reason="edited here since the last import", items=outcome.kept)

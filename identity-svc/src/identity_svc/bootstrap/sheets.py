"""Officers from sheets, put together."""

from dataclasses import dataclass

from ..api import officer_sheets
from ..application.activate_officer import ActivateOfficer
from ..application.import_officers import ImportOfficers
from ..persistence.activations import SqlActivations
from .parts import Parts

ROUTERS = (officer_sheets.router,)


@dataclass(frozen=True, slots=True)
class SheetsDesk:
    import_officers: ImportOfficers
    activate: ActivateOfficer


def wire(parts: Parts) -> None:
    """After the menu, whose rules of transfers it uses."""
    service, stores, activations = parts.service, parts.stores, SqlActivations()
    change_officer = service.state.menu.change_officer
    service.state.sheets = SheetsDesk(
        ImportOfficers(stores.officers, stores.organisation, activations, change_officer),
        ActivateOfficer(service.begin, stores.officers, activations, parts.passwords, parts.attempts),
    )

"""The part of `bootstrap.py` that picks what receipts are made with."""

from chassis.service import Service

from .application.issue_receipt import ISSUE_RECEIPT, IssueReceipt
from .channels.fiscal import FiscalClient, FiscalSeal
from .consumers.identity_organisation import organisation_handlers
from .persistence.receipts import PgReceipts
from .persistence.units import PgUnits
from .settings import PaymentSettings


def wire_receipts(service: Service, settings: PaymentSettings) -> IssueReceipt:
    """Adds their routes, job and events to `service`; what is returned owes them."""
    seal, receipts = FiscalSeal(settings.fiscal_seal_keys), PgReceipts()
    platform = FiscalClient(settings.partners_url, settings.partners_app, settings.fiscal_key, seal)
    service.on_stop(platform.close)
    issue = IssueReceipt(receipts, platform)
    service.job(ISSUE_RECEIPT, issue.run)
    service.consume(organisation_handlers(PgUnits()))
    return issue

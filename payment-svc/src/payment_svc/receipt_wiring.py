"""The part of `bootstrap.py` that picks what receipts are made with."""

from chassis.auth.service_token import ServiceToken
from chassis.http_client import ServiceClient
from chassis.service import Service

from .application.issue_receipt import ISSUE_RECEIPT, IssueReceipt
from .application.show_receipt import ReceiptDesk
from .channels.fiscal import FiscalClient, FiscalSeal
from .channels.payers import IdentityPayers
from .consumers.identity_organisation import organisation_handlers
from .persistence.receipts import PgReceipts
from .persistence.units import PgUnits
from .settings import PaymentSettings


def wire_receipts(service: Service, settings: PaymentSettings) -> IssueReceipt:
    """Adds their job and events to `service`, and what their routes need; what is returned owes them."""
    seal, receipts = FiscalSeal(settings.fiscal_seal_keys), PgReceipts()
    address = settings.fiscal_url or settings.partners_url
    platform = FiscalClient(address, settings.partners_app, settings.fiscal_key, seal)
    service.on_stop(platform.close)
    issue = IssueReceipt(receipts, platform)
    service.job(ISSUE_RECEIPT, issue.run)
    service.consume(organisation_handlers(PgUnits()))
    service.state.receipts = ReceiptDesk(
        receipts, seal, _payers(service, settings), settings.public_url, settings.more_fonts
    )
    return issue


def _payers(service: Service, settings: PaymentSettings) -> IdentityPayers:
    secret = settings.service_secret.get_secret_value() if settings.service_secret else ""
    token = ServiceToken(settings.identity_url, service.name, secret)
    client = ServiceClient(settings.identity_url, token, timeout=3)
    service.on_stop(client.close)
    service.on_stop(token.close)
    return IdentityPayers(client)

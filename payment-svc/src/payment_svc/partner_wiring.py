"""What providers' engineers see of their notices; a part of `bootstrap.py`."""

from chassis.partners import partner_router, wire_refusals
from chassis.service import Service

from .application.handlers import UseCases
from .application.partner_desk import NoticesDesk
from .persistence.deliveries import PgDeliveries
from .settings import PaymentSettings


def wire_partners(service: Service, settings: PaymentSettings, use: UseCases) -> None:
    """The desk, its routes, and where the doors note what they refuse."""
    service.state.refusals = wire_refusals(service)
    desk = NoticesDesk(use.channels, use.receive_notice, PgDeliveries(settings.sealer()))
    service.include(partner_router("/api/partner/payments", lambda: desk))

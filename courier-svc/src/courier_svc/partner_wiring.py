"""What couriers' engineers see of their pushes; a part of `bootstrap.py`."""

from collections.abc import Callable

from chassis.partners import partner_router, wire_refusals
from chassis.service import Service

from .api import partner_keys
from .application.desk import Desk
from .application.partner_desk import PushesDesk
from .persistence.pushes import PgPushes
from .settings import CourierSettings


def wire_partners(service: Service, settings: CourierSettings, desk: Callable[[], Desk]) -> None:
    """The desk, its routes, and where the doors note what they refuse."""
    service.state.refusals = wire_refusals(service)

    def pushes() -> PushesDesk:
        return PushesDesk(desk(), PgPushes(settings.sealer()))

    service.include(partner_router("/api/partner/parcels", pushes), partner_keys.router)

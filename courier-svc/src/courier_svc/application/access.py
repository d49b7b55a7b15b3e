"""Whose shipments a caller may see and touch."""

from chassis.auth.caller import Caller
from contracts.tokens import Role

from courier_svc.domain.shipment import Shipment

POLICE = (Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)


def is_applicant(caller: Caller, shipment: Shipment) -> bool:
    """Their own, or their principal's. Shipments know no item: a mandate for items alone reaches none."""
    own = caller.has(Role.CITIZEN, Role.COMPANY) and caller.subject == str(shipment.applicant_id)
    return own and caller.acts_within("", shipment.department)


def is_of_unit(caller: Caller, shipment: Shipment) -> bool:
    """Whoever may see its case: the unit, its department's leaders, whoever is assigned there too."""
    if caller.has(*POLICE) and caller.claims.serves(shipment.unit, shipment.department):
        return True
    return caller.assigned(shipment.unit, *POLICE)


def may_see(caller: Caller, shipment: Shipment) -> bool:
    return is_applicant(caller, shipment) or is_of_unit(caller, shipment)


def may_send(caller: Caller, shipment: Shipment) -> bool:
    """Auxiliary officers look, they do not send."""
    return is_applicant(caller, shipment) or (
        caller.has(Role.OFFICER, Role.SUPERVISOR) and is_of_unit(caller, shipment)
    )

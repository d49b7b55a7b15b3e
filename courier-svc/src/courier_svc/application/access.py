"""Whose shipments a caller may see and touch."""

from chassis.auth.caller import Caller
from contracts.tokens import Role

from courier_svc.domain.shipment import Shipment


def is_applicant(caller: Caller, shipment: Shipment) -> bool:
    """Their own, or their principal's. Shipments know no item: a mandate for items alone reaches none."""
    own = caller.has(Role.CITIZEN, Role.COMPANY) and caller.subject == str(shipment.applicant_id)
    return own and caller.acts_within("", shipment.department)


def is_of_unit(caller: Caller, shipment: Shipment) -> bool:
    """Officers of the unit; supervisors of the department; whoever is assigned there too."""
    if caller.has(Role.OFFICER, Role.AUXILIARY) and caller.claims.unit == shipment.unit:
        return True
    if caller.has(Role.SUPERVISOR) and caller.claims.department == shipment.department:
        return True
    return caller.assigned(shipment.unit, Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)


def may_see(caller: Caller, shipment: Shipment) -> bool:
    return is_applicant(caller, shipment) or is_of_unit(caller, shipment)


def may_send(caller: Caller, shipment: Shipment) -> bool:
    """Auxiliary officers look, they do not send."""
    return is_applicant(caller, shipment) or (
        caller.has(Role.OFFICER, Role.SUPERVISOR) and is_of_unit(caller, shipment)
    )

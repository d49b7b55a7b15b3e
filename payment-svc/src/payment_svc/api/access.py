"""Who may see which order: the applicant, whoever may see its case (the unit, its department's leaders), operators."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.http import Caller
from contracts.tokens import Role

from ..domain.errors import OrderNotFound

PEOPLE = (Role.CITIZEN, Role.COMPANY)
POLICE = (Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)
STAFF = (*POLICE, Role.OPERATOR)


def is_payer(caller: Caller, row: Mapping[str, Any]) -> bool:
    """Whether the order is the caller's own to pay, or their principal's and within their mandate."""
    own = caller.has(*PEOPLE) and bool(row["applicant_id"] == caller.account_id)
    return own and caller.acts_within(row["item_code"], row["department"])


def may_see(caller: Caller, row: Mapping[str, Any]) -> bool:
    """`row` names applicant_id, item_code, unit and department. Orders hold no personal data, so operators may look."""
    if caller.has(Role.OPERATOR):
        return True
    return is_payer(caller, row) or serves(caller, row)


def serves(caller: Caller, row: Mapping[str, Any]) -> bool:
    """Whether the caller is of the police who may see the order's case."""
    if caller.has(*POLICE) and caller.claims.serves(row["unit"], row["department"]):
        return True
    return caller.assigned(row["unit"], *POLICE)


def may_decide(caller: Caller, row: Mapping[str, Any]) -> bool:
    """Whether they are a supervisor where the order's unit is: by their post, or by a further one."""
    return caller.claims.serves(row["unit"], row["department"]) or caller.assigned(
        row["unit"], Role.SUPERVISOR
    )


def visible(caller: Caller, row: Mapping[str, Any] | None, order_id: UUID) -> Mapping[str, Any]:
    """`row`, or OrderNotFound: another person's order is not told from one that does not exist."""
    if row is None or not may_see(caller, row):
        raise OrderNotFound(order_id)
    return row

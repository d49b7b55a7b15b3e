"""The states of a case (办件) and how people read them."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENTED = "supplemented"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    APPROVED = "approved"
    """Passed through on the way to payment or completion; no case rests here."""
    DENIED = "denied"
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    """Passed through by items that produce nothing (fines, annual checks)."""
    IN_PRODUCTION = "in_production"
    PRODUCED = "produced"
    """Rests here only where the applicant collects the result at a window."""
    AWAITING_DISPATCH = "awaiting_dispatch"
    IN_TRANSIT = "in_transit"
    RETURNED = "returned"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    CLOSED_UNPAID = "closed_unpaid"


TERMINAL: Final = frozenset(
    {State.NOT_ACCEPTED, State.DENIED, State.COMPLETED, State.WITHDRAWN, State.CLOSED_UNPAID}
)
EDITABLE: Final = frozenset({State.DRAFT, State.SUPPLEMENT_REQUESTED})
"""Here the applicant may change answers, addresses and materials."""

EXPLAINED: Final = frozenset({State.SUPPLEMENT_REQUESTED, State.DENIED, State.NOT_ACCEPTED, State.COMPLETED})
"""Here readers are told what was last written to the applicant."""

QUEUED: Final = (State.SUBMITTED, State.SUPPLEMENTED, State.ACCEPTED, State.IN_PRODUCTION)
"""Here an officer must act by `due_at`; the queue lists exactly these."""

LABELS: Final[dict[State, tuple[str, str]]] = {
    State.DRAFT: ("草稿", "Draft"),
    State.SUBMITTED: ("已提交，待受理", "Submitted"),
    State.SUPPLEMENT_REQUESTED: ("待补正材料", "Supplement requested"),
    State.SUPPLEMENTED: ("已补正，待受理", "Supplemented"),
    State.NOT_ACCEPTED: ("不予受理", "Not accepted"),
    State.ACCEPTED: ("已受理，审查中", "Accepted, under review"),
    State.APPROVED: ("已批准", "Approved"),
    State.DENIED: ("不予批准", "Denied"),
    State.AWAITING_PAYMENT: ("待缴费", "Awaiting payment"),
    State.PAID: ("已缴费", "Paid"),
    State.IN_PRODUCTION: ("制作中", "In production"),
    State.PRODUCED: ("已制作，待领取", "Ready to be collected"),
    State.AWAITING_DISPATCH: ("待寄送", "Awaiting dispatch"),
    State.IN_TRANSIT: ("寄送中", "In transit"),
    State.RETURNED: ("已退回，待重寄", "Returned"),
    State.COMPLETED: ("已办结", "Completed"),
    State.WITHDRAWN: ("已撤回", "Withdrawn"),
    State.CLOSED_UNPAID: ("逾期未缴费，已关闭", "Closed unpaid"),
}

"""Who reads which event. Every service's handlers are held against this table, both ways."""

from typing import Final

from . import case, catalog, courier, evaluation, identity, payment
from .events import Event
from .topics import PRODUCERS

IDENTITY, CATALOG, CASE, PAYMENT = "identity-svc", "catalog-svc", "case-svc", "payment-svc"
COURIER, EVALUATION = "courier-svc", "evaluation-svc"

READERS: Final[dict[type[Event], tuple[str, ...]]] = {
    # Nobody yet: what others must know of a person stands in their token.
    identity.AccountRegistered: (),
    identity.AccountVerified: (),
    identity.AccountErased: (CASE, PAYMENT, COURIER, EVALUATION),
    # Read by the gateway, which is no service: it keeps a view of it in memory and has no inbox.
    identity.AccessRevoked: (),
    identity.DepartmentDefined: (CATALOG, CASE, EVALUATION),
    identity.BranchDefined: (CATALOG, CASE, EVALUATION),
    identity.UnitDefined: (CATALOG, CASE, PAYMENT, EVALUATION),
    identity.WindowDefined: (CATALOG, CASE, EVALUATION),
    identity.OfficerAssigned: (CASE, EVALUATION),
    catalog.ItemPublished: (CASE, EVALUATION),
    catalog.ItemRetired: (CASE, EVALUATION),
    # identity-svc tells both sides what somebody did for somebody else.
    case.CaseSubmitted: (IDENTITY, EVALUATION),
    case.CaseSupplementRequested: (EVALUATION,),
    case.CaseSupplemented: (IDENTITY, EVALUATION),
    case.CaseAccepted: (EVALUATION,),
    case.CaseNotAccepted: (EVALUATION,),
    case.PickupRequested: (COURIER, EVALUATION),
    case.CaseReviewed: (EVALUATION,),
    case.CaseApproved: (EVALUATION,),
    case.CaseDenied: (EVALUATION,),
    case.CasePaymentRequested: (PAYMENT, EVALUATION),
    case.CasePostageRequested: (PAYMENT, EVALUATION),
    case.CasePaid: (IDENTITY, EVALUATION),
    case.CaseClosedUnpaid: (PAYMENT, EVALUATION),
    case.CaseProduced: (EVALUATION,),
    case.CaseDispatchRequested: (COURIER, EVALUATION),
    case.CaseDispatched: (EVALUATION,),
    case.CaseReturned: (EVALUATION,),
    case.CaseReissueStarted: (EVALUATION,),
    case.CaseCompleted: (COURIER, EVALUATION),
    case.CaseWithdrawn: (IDENTITY, PAYMENT, COURIER, EVALUATION),
    case.CaseAddressChanged: (IDENTITY, PAYMENT, COURIER, EVALUATION),
    case.CaseOpenedByException: (IDENTITY, EVALUATION),
    case.CaseDayTallied: (PAYMENT,),
    payment.OrderOpened: (IDENTITY, EVALUATION),
    payment.OrderPaid: (IDENTITY, CASE, COURIER, EVALUATION),
    payment.OrderExpired: (CASE, EVALUATION),
    payment.OrderCancelled: (EVALUATION,),
    payment.RefundRequested: (EVALUATION,),
    payment.RefundSucceeded: (CASE, EVALUATION),
    payment.ReceiptIssued: (CASE, EVALUATION),
    # Nobody yet: payment-svc compares, and knows its own.
    payment.PaymentDayTallied: (),
    courier.ShipmentCreated: (EVALUATION,),
    courier.ShipmentPickedUp: (CASE, EVALUATION),
    courier.ShipmentDelivered: (CASE, EVALUATION),
    courier.ShipmentReturned: (CASE, EVALUATION),
    courier.ShipmentCancelled: (PAYMENT, EVALUATION),
    courier.ShipmentClaimMoved: (IDENTITY, CASE, EVALUATION),
    courier.ShipmentAddressChanged: (IDENTITY, EVALUATION),
    courier.ShipmentSentAgain: (IDENTITY, EVALUATION),
    # Nobody yet: the invited find it at evaluation-svc itself.
    evaluation.ReviewInvited: (),
    evaluation.ReviewSubmitted: (CASE,),
}


def types_read_by(service: str) -> frozenset[str]:
    """Names of the event types `service` reads."""
    return frozenset(model.TYPE for model, readers in READERS.items() if service in readers)


def types_told_by(service: str) -> frozenset[str]:
    """Names of the event types `service` tells: those of its topics."""
    return frozenset(model.TYPE for model in READERS if PRODUCERS[model.TOPIC] == service)

"""The menu: which event and which job leads to which use case."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from chassis.jobs import Begin, Job
from chassis.messages import Received
from contracts import case, catalog, courier, identity, payment
from contracts.events import Event

from .count_reviews import COUNT, COUNT_EVERY, count_reviews
from .invite_to_review import invite_after_completion, invite_after_denial
from .ports import Desk
from .record_event import Recorded, record_event
from .release_batches import RELEASE, release_batches

OnEvent = Callable[[Received[Any]], Recorded]
OnJob = Callable[[Desk, Job, Begin], Awaitable[None]]

RECORDED: Final[tuple[type[Event], ...]] = (
    case.CaseSubmitted,
    case.CaseSupplementRequested,
    case.CaseSupplemented,
    case.CaseAccepted,
    case.CaseNotAccepted,
    case.PickupRequested,
    case.CaseReviewed,
    case.CaseApproved,
    case.CasePaymentRequested,
    case.CasePostageRequested,
    case.CasePaid,
    case.CaseClosedUnpaid,
    case.CaseProduced,
    case.CaseDispatchRequested,
    case.CaseDispatched,
    case.CaseReturned,
    case.CaseReissueStarted,
    case.CaseWithdrawn,
    case.CaseAddressChanged,
    case.CaseOpenedByException,
    payment.OrderOpened,
    payment.OrderPaid,
    payment.OrderExpired,
    payment.OrderCancelled,
    payment.RefundRequested,
    payment.RefundSucceeded,
    payment.ReceiptIssued,
    courier.ShipmentCreated,
    courier.ShipmentPickedUp,
    courier.ShipmentDelivered,
    courier.ShipmentReturned,
    courier.ShipmentCancelled,
    courier.ShipmentAddressChanged,
    courier.ShipmentSentAgain,
    courier.ShipmentClaimMoved,
    catalog.ItemPublished,
    catalog.ItemRetired,
    identity.DepartmentDefined,
    identity.BranchDefined,
    identity.UnitDefined,
    identity.WindowDefined,
    identity.OfficerAssigned,
    identity.AccountErased,
)
"""Kept, so that every later fact can be rebuilt; our own events are recorded where they are told."""

EVENTS: Final[Mapping[type[Event], OnEvent]] = {
    **dict.fromkeys(RECORDED, record_event),
    case.CaseCompleted: invite_after_completion,
    case.CaseDenied: invite_after_denial,
}
"""What each leaves here; `keep_batch` puts down what a batch left."""

RECURRING: Final[Mapping[str, tuple[OnJob, timedelta]]] = {
    RELEASE: (release_batches, timedelta(hours=1)),
    COUNT: (count_reviews, COUNT_EVERY),
}

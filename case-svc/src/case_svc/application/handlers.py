"""The menu: which use case answers which event and which job."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from contracts.catalog import ItemPublished, ItemRetired
from contracts.courier import ShipmentClaimMoved, ShipmentDelivered, ShipmentPickedUp, ShipmentReturned
from contracts.evaluation import ReviewSubmitted
from contracts.events import Event
from contracts.identity import (
    BranchDefined,
    DepartmentDefined,
    OfficerAssigned,
    UnitDefined,
    WindowDefined,
)
from contracts.payment import OrderExpired, OrderPaid, ReceiptIssued, RefundSucceeded

from .delete_draft import DELETE_FILE, delete_file
from .desk import Desk
from .end_waiting import accept_by_silence, close_unpaid
from .follow_parcel import follow_claim, follow_delivery, follow_pick_up, follow_return
from .hear_news import Tell
from .learn_items import forget_version, learn_version
from .learn_organisation import learn_organisation
from .note_review import note_review
from .record_move import CLOSE_UNPAID, DEEMED_ACCEPTANCE
from .settle_payment import note_expired_order, note_receipt, note_refund, settle_paid_order

EventUseCase = Callable[[Desk, UnitOfWork, Any], Awaitable[None]]
JobUseCase = Callable[[Desk, Job, Begin], Awaitable[None]]

ON_EVENT: Final[dict[type[Event], EventUseCase]] = {
    ItemPublished: learn_version,
    ItemRetired: forget_version,
    DepartmentDefined: learn_organisation,
    BranchDefined: learn_organisation,
    UnitDefined: learn_organisation,
    WindowDefined: learn_organisation,
    OfficerAssigned: learn_organisation,
}

ON_NEWS: Final[dict[type[Event], Tell]] = {
    OrderPaid: settle_paid_order,
    OrderExpired: note_expired_order,
    RefundSucceeded: note_refund,
    ReceiptIssued: note_receipt,
    ShipmentPickedUp: follow_pick_up,
    ShipmentDelivered: follow_delivery,
    ShipmentReturned: follow_return,
    ShipmentClaimMoved: follow_claim,
    ReviewSubmitted: note_review,
}
"""Events about a case: what they make of it. `hear_news` applies those of a batch together."""

ON_JOB: Final[dict[str, JobUseCase]] = {
    DEEMED_ACCEPTANCE: accept_by_silence,
    CLOSE_UNPAID: close_unpaid,
    DELETE_FILE: delete_file,
}
# Besides these, SWEEP_FILES → SweepFiles: recurring, and without a desk.

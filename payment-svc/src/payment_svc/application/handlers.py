"""The menu: which event and which job leads to which use case."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from contracts.case import (
    CaseAddressChanged,
    CaseClosedUnpaid,
    CasePaymentRequested,
    CasePostageRequested,
    CaseWithdrawn,
)
from contracts.courier import ShipmentCancelled
from contracts.events import Event

from ..domain.captures import Why
from . import jobs
from .apply_unmatched_notices import ApplyUnmatchedNotices
from .call_off_order import CallOffOrder
from .change_postage import ChangePostage
from .channel_port import Channels
from .check_order import CheckOrder
from .close_order import CloseOrder
from .confirm_notice import ConfirmNotice
from .give_back import GiveBack
from .look_after_return import LookAfterReturn
from .open_order import OpenOrder
from .ports import CaseReferences, Views
from .price_order import PriceOrder
from .query_attempt import QueryAttempt
from .receive_notice import ReceiveNotice
from .report_fine_paid import ReportFinePaid
from .return_money import ReturnMoney
from .seal_notices import SealNotices
from .settle_payment import SettlePayment
from .start_attempt import StartAttempt
from .watch_deadlines import WatchDeadlines


@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything this service does."""

    open_order: OpenOrder
    price_order: PriceOrder
    references: CaseReferences
    report_fine_paid: ReportFinePaid
    start_attempt: StartAttempt
    check_order: CheckOrder
    look_after_return: LookAfterReturn
    receive_notice: ReceiveNotice
    apply_unmatched_notices: ApplyUnmatchedNotices
    seal_notices: SealNotices
    query_attempt: QueryAttempt
    confirm_notice: ConfirmNotice
    call_off_order: CallOffOrder
    change_postage: ChangePostage
    close_order: CloseOrder
    settle: SettlePayment
    return_money: ReturnMoney
    give_back: GiveBack
    watch_deadlines: WatchDeadlines
    views: Views
    channels: Channels


EventHandler = Callable[[Any, UnitOfWork], Awaitable[None]]
JobHandler = Callable[[Job, Begin], Awaitable[None]]


def on_events(use: UseCases) -> Mapping[type[Event], EventHandler | None]:
    """None: it opens an order. `hear_cases` applies a batch's in their order."""

    async def withdrawn(event: CaseWithdrawn, uow: UnitOfWork) -> None:
        await use.call_off_order(event.case_id, Why.CASE_WITHDRAWN, uow)

    async def closed_unpaid(event: CaseClosedUnpaid, uow: UnitOfWork) -> None:
        await use.call_off_order(event.case_id, Why.CASE_CLOSED_UNPAID, uow)

    async def address_changed(event: CaseAddressChanged, uow: UnitOfWork) -> None:
        if event.postage_cents is not None:
            await use.change_postage(event.case_id, event.postage_cents, uow)

    async def not_sent(event: ShipmentCancelled, uow: UnitOfWork) -> None:
        if event.direction == "to_applicant" and not event.carried:
            await use.call_off_order.postage_of(event.case_id, uow)

    return {
        ShipmentCancelled: not_sent,
        CasePaymentRequested: None,
        CasePostageRequested: None,
        CaseWithdrawn: withdrawn,
        CaseClosedUnpaid: closed_unpaid,
        CaseAddressChanged: address_changed,
    }


def on_jobs(use: UseCases) -> Mapping[str, JobHandler]:
    return {
        jobs.LOOK_UP_AMOUNT: use.price_order.run,
        jobs.REPORT_FINE_PAID: use.report_fine_paid.run,
        jobs.QUERY_ATTEMPT: use.query_attempt.run,
        jobs.CONFIRM_NOTICE: use.confirm_notice.run,
        jobs.CLOSE_ORDER: use.close_order.run,
        jobs.REPLACE_ORDER: use.change_postage.replace,
        jobs.REFUND: use.return_money.run,
    }


def recurring(use: UseCases) -> Mapping[str, tuple[JobHandler, timedelta]]:
    return {
        jobs.WATCH: (use.watch_deadlines.run, timedelta(seconds=5)),
        jobs.MATCH_NOTICES: (use.apply_unmatched_notices.run, timedelta(seconds=30)),
        jobs.SEAL_NOTICES: (use.seal_notices.run, timedelta(hours=1)),
    }

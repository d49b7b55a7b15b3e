"""A case asks to be paid: its order is opened, or priced first at the issuing system."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.case import CasePaymentRequested, CasePostageRequested

from ..domain.errors import CaseNoLongerOwes, NothingToPay, OrderStillLive
from ..domain.orders import ActedBy, Debt, Opened, Order
from ..domain.payees import Kind
from .jobs import LOOK_UP_AMOUNT
from .ports import Orders

POSTAGE_TARIFF: Final = "tariff"
"""Where the amount of postage comes from: case-svc, by where the parcel goes."""


class OpenOrder:
    def __init__(self, orders: Orders, ttl: timedelta) -> None:
        self._orders = orders
        self._ttl = ttl

    def for_request(
        self, request: CasePaymentRequested | CasePostageRequested, uow: UnitOfWork
    ) -> tuple[Debt, Opened]:
        """The first order of its kind of a case, told of but yet to be stored: `store`."""
        debt = Debt(
            case_id=request.case_id,
            kind=Kind.FEE if isinstance(request, CasePaymentRequested) else Kind.POSTAGE,
            case_no=request.case_no,
            item_code=request.item_code,
            applicant_id=request.applicant_id,
            unit=request.unit,
            department=request.department,
            purpose=request.purpose,
            amount_source=(
                request.amount_source if isinstance(request, CasePaymentRequested) else POSTAGE_TARIFF
            ),
            amount_cents=request.amount_cents,
        )
        opened = self._opened(debt.amount_cents, now())
        self._tell(opened, debt, uow)
        return debt, opened

    async def unwanted(self, requests: Sequence[object], uow: UnitOfWork) -> set[UUID]:
        """Cases among `requests` whose parcel was called off before they asked for its postage: they owe none."""
        asking = [one.case_id for one in requests if isinstance(one, CasePostageRequested)]
        return await self._orders.parcels_called_off(uow, asking) if asking else set()

    def store(self, first: Sequence[tuple[Debt, Opened]], uow: UnitOfWork) -> None:
        """With the commit, which fails with PaymentRequestedTwice where a case had asked before."""
        if first:
            self._orders.add(uow, first)

    async def again(
        self, case_id: UUID, kind: Kind, payer_id: UUID, uow: UnitOfWork, by: ActedBy | None = None
    ) -> UUID:
        """A new order after the last one expired; the sum of a fine is looked up afresh. Returns its id.

        `by` opens it for the payer, who is told.
        """
        found = await self._orders.debt(uow, case_id, kind)
        if found is None or found[0].applicant_id != payer_id:
            raise NothingToPay(case_id)
        debt, is_over = found
        if is_over:
            raise CaseNoLongerOwes(case_id)
        opened = self._opened(debt.amount_cents, now(), by)
        if not await self._orders.add_again(uow, case_id, kind, opened):
            live = await self._orders.lock_live(uow, case_id, kind)
            if live is None:  # withdrawn, or ended, in this very moment
                raise CaseNoLongerOwes(case_id)
            raise OrderStillLive(case_id, live.id, live.state)
        self._tell(opened, debt, uow)
        return opened.id

    async def instead_of(self, ended: Order, uow: UnitOfWork) -> None:
        """An order that ended because its sum changed is followed by one with the new sum, if it is still owed."""
        found = await self._orders.debt(uow, ended.case_id, ended.kind)
        if found is None or found[1]:
            return
        debt = found[0]
        opened = self._opened(debt.amount_cents, now())
        if await self._orders.add_again(uow, ended.case_id, ended.kind, opened):
            self._tell(opened, debt, uow)

    def _opened(self, amount_cents: int | None, at: datetime, by: ActedBy | None = None) -> Opened:
        if amount_cents is None:
            return Opened.to_be_priced(uuid7(), at, by)
        return Opened.now_payable(uuid7(), amount_cents, at, self._ttl, by)

    def _tell(self, opened: Opened, debt: Debt, uow: UnitOfWork) -> None:
        if opened.amount_cents is None:
            uow.enqueue(LOOK_UP_AMOUNT, str(opened.id))
        else:
            uow.emit(opened.event(debt.case_id, debt.kind, debt.applicant_id), version=1)

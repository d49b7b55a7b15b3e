"""Staff give back some or all of what an order was paid with; above a limit another supervisor approves first."""

from dataclasses import dataclass
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain.captures import Why
from ..domain.errors import OrderNotFound, OwnRefund, RefundNotFound, RefundNotWaiting
from ..domain.money_records import Refund, RefundDue, RefundState
from ..domain.orders import Order
from .ports import Orders, Refunds
from .return_money import ReturnMoney


@dataclass(frozen=True, slots=True)
class Ask:
    """What an officer asks for; `reason` is theirs, shown to the payer."""

    order_id: UUID
    amount_cents: int
    reason: str
    officer_id: UUID


class GiveBack:
    """`approval_from_cents`: refunds of so much or more wait for approval."""

    def __init__(
        self, orders: Orders, refunds: Refunds, return_money: ReturnMoney, approval_from_cents: int
    ) -> None:
        self._orders = orders
        self._refunds = refunds
        self._return_money = return_money
        self._approval_from_cents = approval_from_cents

    async def ask(self, ask: Ask, uow: UnitOfWork) -> UUID:
        """Under way, or waiting for approval; the refund's id. Raises IllegalMove, MoreThanPaid."""
        order = await self._locked(ask.order_id, uow)
        due = RefundDue(uuid7(), ask.amount_cents, Why.STAFF_DECIDED, ask.reason, ask.officer_id)
        waits = ask.amount_cents >= self._approval_from_cents
        await self._return_money.part(order, due, uow, waits=waits)
        facts = {"order": str(order.id), "amount_cents": str(ask.amount_cents), "waits": str(waits)}
        uow.audit("payment.give_back", actor=str(ask.officer_id), subject=str(due.refund_id), facts=facts)
        return due.refund_id

    async def approve(self, refund_id: UUID, officer_id: UUID, uow: UnitOfWork) -> None:
        """Raises RefundNotFound, RefundNotWaiting, OwnRefund."""
        order, refund = await self._waiting(refund_id, officer_id, uow)
        await self._return_money.approved(order, refund, officer_id, uow)
        self._audit("payment.approve_refund", refund, officer_id, uow)

    async def decline(self, refund_id: UUID, officer_id: UUID, uow: UnitOfWork) -> None:
        """Raises RefundNotFound, RefundNotWaiting, OwnRefund."""
        _, refund = await self._waiting(refund_id, officer_id, uow)
        self._refunds.decline(uow, refund, officer_id, now())
        self._audit("payment.decline_refund", refund, officer_id, uow)

    async def _waiting(self, refund_id: UUID, officer_id: UUID, uow: UnitOfWork) -> tuple[Order, Refund]:
        """With its order locked; read again after the lock, since a withdrawal may have come first."""
        found = await self._refunds.find(uow, refund_id)
        if found is None:
            raise RefundNotFound(refund_id)
        order = await self._locked(found.order_id, uow)
        refund = await self._refunds.find(uow, refund_id)
        assert refund is not None
        if refund.state is not RefundState.AWAITING_APPROVAL:
            raise RefundNotWaiting(refund_id, refund.state)
        if refund.requested_by == officer_id:
            raise OwnRefund(refund_id)
        return order, refund

    async def _locked(self, order_id: UUID, uow: UnitOfWork) -> Order:
        order = await self._orders.lock(uow, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        return order

    def _audit(self, verb: str, refund: Refund, officer_id: UUID, uow: UnitOfWork) -> None:
        facts = {"order": str(refund.order_id), "amount_cents": str(refund.amount_cents)}
        uow.audit(verb, actor=str(officer_id), subject=str(refund.id), facts=facts)

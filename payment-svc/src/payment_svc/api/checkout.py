"""Everything a case owes, on one page: the fee and the postage side by side, each to its own payee."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from chassis.http import Router, Uow, requires_idempotency_key
from chassis.problems import Problem
from fastapi import Request, status
from pydantic import BaseModel, ConfigDict, Field

from ..application.channel_port import Channels, Scene
from ..application.handlers import UseCases
from ..domain import words
from ..domain.errors import (
    ChannelDown,
    ChannelNotOffered,
    ChannelRefused,
    IssuingSystemDown,
    NothingToPay,
    OrderNotPayable,
)
from ..domain.money import yuan
from ..domain.orders import FROM_ISSUING_SYSTEM
from ..domain.payees import PAYEE_OF, Kind, Payee
from ..domain.transitions import State
from .access import is_payer, may_see
from .orders import PayingCaller, Reader, Use, pay
from .schemas import OrderView, StartedAttempt, StartPayment, WayOffered, order_view, way_offered

router = Router(prefix="/api/payments", tags=["payments"])

_HINDERS: Final = (ChannelDown, ChannelNotOffered, ChannelRefused, OrderNotPayable)
_SEPARATE: Final = (
    "费用分别缴入不同账户，须逐笔支付，每笔都会单独确认。",
    "The payees differ: each is paid on its own, one after the other, and confirmed on its own.",
)


class CheckoutLine(BaseModel):
    """One debt of the case with its present order. `payee`: whose account the money goes to.

    `amount_from`: `tariff` for postage; `issuing_system` for fines, whose sum the authority names by the decision's
    number; `fixed` or `applicant` otherwise. `decision_no`: that number, for the payer alone; null where it cannot be
    looked up at this moment, and for what is no fine.
    """

    kind: Kind
    kind_text: str
    kind_text_en: str
    payee: Payee
    payee_text: str
    payee_text_en: str
    amount_from: str
    decision_no: str | None
    order: OrderView


class CheckoutView(BaseModel):
    """What a case owes. `due_cents`: what can be paid now, all lines together; `ways`: what all of these can be paid
    through; `note` says that several payees are several payments.
    """

    case_id: UUID
    case_no: str
    lines: list[CheckoutLine]
    due_cents: int
    due_yuan: str
    currency: str = "CNY"
    payments: int = Field(description="须分几笔支付 · how many payments that takes")
    note: str | None
    note_en: str | None
    ways: list[WayOffered]


class PayAll(BaseModel):
    """Which case, through which channel, and where the payer is."""

    model_config = ConfigDict(extra="forbid")

    case_id: UUID
    channel: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    scene: Scene = Scene.WEB


class Hindrance(BaseModel):
    """Why this one cannot be paid at this moment; the others can."""

    type: str
    title: str
    title_en: str
    detail: str
    detail_en: str


class PayAllLine(BaseModel):
    """One of the two: how to pay the order, or what hinders it."""

    order_id: UUID
    kind: Kind
    amount_cents: int
    amount_yuan: str
    attempt: StartedAttempt | None
    hindrance: Hindrance | None


class PayAllView(BaseModel):
    """The payments to make, one after the other."""

    case_id: UUID
    payments: list[PayAllLine]
    note: str | None
    note_en: str | None


@router.get("/checkout", summary="收银台：办件应缴的全部费用 · All that a case owes, to be paid in one place")
async def checkout(case_id: UUID, uow: Uow, caller: Reader, use: Use) -> CheckoutView:
    """The present order of each debt: the live one, else the last. 404 where the case owed nothing so far."""
    rows = _present([row for row in await use.views.orders_of_case(uow, case_id) if may_see(caller, row)])
    if not rows:
        raise NothingToPay(case_id)
    await uow.release()  # case-svc may be asked
    lines = [_line(row, use.channels, for_payer=is_payer(caller, row)) for row in rows]
    for line in lines:
        if line.amount_from == FROM_ISSUING_SYSTEM and is_payer(caller, rows[0]):
            line.decision_no = await _decision_no(use, case_id)
    payable = [line for line in lines if line.order.can_pay]
    due = sum(line.order.amount_cents or 0 for line in payable)
    note = _SEPARATE if len(payable) > 1 else (None, None)
    return CheckoutView(
        case_id=case_id, case_no=rows[0]["case_no"], lines=lines, due_cents=due, due_yuan=yuan(due),
        payments=len(payable), note=note[0], note_en=note[1], ways=_ways_for_all(payable, use.channels),
    )  # fmt: skip


@router.post(
    "/checkout", summary="全部去支付 · Pay all that a case owes", status_code=status.HTTP_201_CREATED
)
@requires_idempotency_key
async def pay_all(body: PayAll, uow: Uow, caller: PayingCaller, use: Use, request: Request) -> PayAllView:
    """Gives what to pay each open order with. What hinders one is said there, and leaves the others.

    404 where nothing can be paid. Repeating is safe, as it is for a single order.
    """
    rows = [row for row in await use.views.orders_of_case(uow, body.case_id) if is_payer(caller, row)]
    rows = [row for row in _present(rows) if row["state"] == State.OPEN]
    if not rows:
        raise NothingToPay(body.case_id)
    await uow.release()  # the bank may take seconds, and connections are few
    wish = StartPayment(channel=body.channel, scene=body.scene)
    payments = []
    for row in rows:
        attempt, hindrance = None, None
        try:
            attempt = await pay(row["id"], wish, uow, caller, use, request)
        except _HINDERS as problem:
            hindrance = _hindrance(problem)
        payments.append(
            PayAllLine(
                order_id=row["id"],
                kind=row["kind"],
                amount_cents=row["amount_cents"],
                amount_yuan=yuan(row["amount_cents"]),
                attempt=attempt,
                hindrance=hindrance,
            )
        )
    note = _SEPARATE if len(payments) > 1 else (None, None)
    return PayAllView(case_id=body.case_id, payments=payments, note=note[0], note_en=note[1])


async def _decision_no(use: UseCases, case_id: UUID) -> str | None:
    """Asked for and never kept; without it the sum and its state are shown all the same."""
    try:
        return await use.references.decision_no(case_id)
    except IssuingSystemDown:
        return None


def _present(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of each kind the newest: at most one is live, and it is the last. The fee first."""
    newest: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        newest.setdefault(row["kind"], row)
    return [newest[kind] for kind in Kind if kind in newest]


def _line(row: Mapping[str, Any], channels: Channels, *, for_payer: bool) -> CheckoutLine:
    kind = Kind(row["kind"])
    payee = PAYEE_OF[kind]
    return CheckoutLine(
        kind=kind, kind_text=words.KIND[kind][0], kind_text_en=words.KIND[kind][1],
        payee=payee, payee_text=words.PAYEE[payee][0], payee_text_en=words.PAYEE[payee][1],
        amount_from=row["amount_source"], decision_no=None, order=order_view(row, channels, for_payer=for_payer),
    )  # fmt: skip


def _ways_for_all(payable: Sequence[CheckoutLine], channels: Channels) -> list[WayOffered]:
    """Channels and scenes that every line offers."""
    if not payable:
        return []
    offered = [{way.channel: set(way.scenes) for way in line.order.ways} for line in payable]
    common = {
        channel: set.intersection(*(one.get(channel, set()) for one in offered)) for channel in offered[0]
    }
    return [way_offered(name, scenes, channels) for name, scenes in common.items() if scenes]


def _hindrance(problem: Problem) -> Hindrance:
    return Hindrance(
        type=f"/problems/{problem.slug}", title=problem.title[0], title_en=problem.title[1],
        detail=problem.zh, detail_en=problem.en,
    )  # fmt: skip

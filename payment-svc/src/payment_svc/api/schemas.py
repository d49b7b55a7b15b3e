"""Bodies of requests and answers. Amounts twice: integer fen to count with, yuan as text to show."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ..application.channel_port import Channels, PayWay, Scene
from ..domain import words
from ..domain.captures import Account, Why
from ..domain.money import yuan
from ..domain.orders import Attempt
from ..domain.payees import PAYEE_OF, Kind, Payee
from ..domain.transitions import State

OrderState = Literal[
    "pricing", "open", "expiring", "closing", "paid", "refunding", "expired", "cancelled", "refunded"
]


class StartPayment(BaseModel):
    """Which channel to pay through, and where the payer is: the order's `ways` say what is offered."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    scene: Scene = Scene.WEB


class ReopenOrder(BaseModel):
    """Which of a case's debts to open a new order for."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Kind.FEE


class WayOffered(BaseModel):
    """A channel an order can be paid through, what payers call it, and in which scenes."""

    channel: str
    channel_text: str
    channel_text_en: str
    scenes: list[Scene]


class AttemptView(BaseModel):
    """One try to pay. How to pay is there for the payer while it can be paid, as in `StartedAttempt`."""

    id: UUID
    channel: str
    scene: Scene
    state: Literal["reserved", "pending", "succeeded", "closed"]
    pay_url: str | None = None
    qr_content: str | None = None
    jsapi: dict[str, str] | None = None
    created_at: datetime


class StartedAttempt(BaseModel):
    """How to pay, before the order expires, one of the three by scene: `pay_url` to open in the browser (web, mobile),
    `qr_content` to show as a code (qr), `jsapi` to call WeChat's payment with (in_wechat).
    """

    id: UUID
    order_id: UUID
    channel: str
    scene: Scene
    state: Literal["pending"]
    pay_url: str | None
    qr_content: str | None
    jsapi: dict[str, str] | None


RefundStateName = Literal["awaiting_approval", "declined", "requested", "processing", "succeeded", "abnormal"]


class GiveBackBody(BaseModel):
    """How much of what was paid goes back, and why, in words the payer reads."""

    model_config = ConfigDict(extra="forbid")

    amount_cents: int = Field(ge=1, le=10_000_000_000)
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class RefundOfMoney(BaseModel):
    """`reason`: of staff who gave it back."""

    id: UUID
    amount_cents: int
    amount_yuan: str
    why: str
    why_text: str
    why_text_en: str
    reason: str | None
    state: RefundStateName
    requested_at: datetime
    done_at: datetime | None


class MoneyView(BaseModel):
    """Money that arrived for an order. `pays_order`: it is the one that paid it."""

    id: UUID
    channel: str
    transaction_id: str
    amount_cents: int
    amount_yuan: str
    paid_at: datetime
    state: Literal["applied", "held", "refund_due", "refunded"]
    state_text: str
    state_text_en: str
    why: str | None
    why_text: str | None
    why_text_en: str | None
    pays_order: bool
    refunds: list[RefundOfMoney]


class OrderView(BaseModel):
    """An order (缴费订单) with every attempt and all money that came for it.

    `amount_cents` is null while the issuing system is asked for it; `note` says in words what hinders.
    `ways` are what it can be paid through, while it can.
    """

    id: UUID
    case_id: UUID
    kind: Kind
    case_no: str
    item_code: str
    purpose: str
    state: OrderState
    state_text: str
    state_text_en: str
    note: str | None
    note_en: str | None
    amount_cents: int | None
    amount_yuan: str | None
    currency: Literal["CNY"] = "CNY"
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    paid_channel: str | None
    ended_at: datetime | None
    can_pay: bool
    can_reopen: bool
    ways: list[WayOffered]
    attempts: list[AttemptView]
    money: list[MoneyView]


class RefundView(BaseModel):
    """A refund in a list. `provider_code` is the channel's word when it could not refund; `requested_by` and
    `decided_by` are officers, for staff.
    """

    id: UUID
    order_id: UUID
    case_id: UUID
    case_no: str
    amount_cents: int
    amount_yuan: str
    why: str
    why_text: str
    why_text_en: str
    reason: str | None
    state: RefundStateName
    requested_by: UUID | None
    decided_by: UUID | None
    decided_at: datetime | None
    provider_code: str | None
    channel: str
    transaction_id: str
    requested_at: datetime
    done_at: datetime | None


class Anomaly(BaseModel):
    """Something a person must look at. Which fields are set depends on `kind`.

    `channel`: of the payment, `fiscal`, or for `parity` who was held against whom: `cases`, `ledger`, `books`.
    """

    kind: Literal["held", "notice", "refund", "receipt", "parity", "bill"]
    id: UUID
    since: datetime
    what: str = Field(description="原因 · why it stands here")
    channel: str
    order_id: UUID | None = None
    case_id: UUID | None = None
    transaction_id: str | None = None
    notice_id: str | None = None
    amount_cents: int | None = None
    expected_cents: int | None = None
    merchant_id: str | None = None
    currency: str | None = None
    provider_code: str | None = None
    day: date | None = None
    ours: dict[str, str | int | None] | None = None
    theirs: dict[str, str | int | None] | None = None


class Balances(BaseModel):
    """Where all money stands, in fen. `balanced`: money in = applied + held + refund due + refunded."""

    money_in_cents: int
    applied_cents: int
    held_cents: int
    refund_due_cents: int
    refunded_cents: int
    balanced: bool


def order_view(row: Mapping[str, Any], channels: Channels, *, for_payer: bool = False) -> OrderView:
    """From the row of `Views`. How to pay is the payer's alone to know."""
    offered = channels.offered(PAYEE_OF[row["kind"]]) if row["state"] == State.OPEN else []
    state, note = State(row["state"]), words.PRICING.get(row["pricing_problem"], (None, None))
    return OrderView(
        id=row["id"],
        case_id=row["case_id"],
        kind=row["kind"],
        case_no=row["case_no"],
        item_code=row["item_code"],
        purpose=row["purpose"],
        state=state.value,
        state_text=words.STATE[state][0],
        state_text_en=words.STATE[state][1],
        note=note[0],
        note_en=note[1],
        amount_cents=row["amount_cents"],
        amount_yuan=None if row["amount_cents"] is None else yuan(row["amount_cents"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        paid_at=row["paid_at"],
        paid_channel=row["paid_channel"],
        ended_at=row["ended_at"],
        can_pay=state is State.OPEN,
        can_reopen=state is State.EXPIRED and row["over_why"] is None,
        ways=[way_offered(one.name, one.scenes, channels) for one in offered],
        attempts=[
            _attempt(one, channels if for_payer and state is State.OPEN else None) for one in row["attempts"]
        ],
        money=[_money(one) for one in row["captures"]],
    )


def way_offered(name: str, scenes: Collection[Scene], channels: Channels) -> WayOffered:
    title, title_en = channels.title(name)
    return WayOffered(channel=name, channel_text=title, channel_text_en=title_en, scenes=sorted(scenes))


def started(order_id: UUID, attempt: Attempt, way: PayWay) -> StartedAttempt:
    return StartedAttempt(
        id=attempt.id,
        order_id=order_id,
        channel=attempt.channel,
        scene=Scene(attempt.scene),
        state="pending",
        **asdict(way),
    )


def _attempt(one: dict[str, Any], channels: Channels | None) -> AttemptView:
    """With how to pay it where `channels` are given and it can be paid."""
    link, payee = one.pop("link"), Payee(one.pop("payee"))
    if channels is None or one["state"] != "pending" or link is None:
        return AttemptView.model_validate(one)
    channel = channels.of(one["channel"], payee)
    return AttemptView.model_validate({**one, **asdict(channel.way(Scene(one["scene"]), link))})


def _money(one: dict[str, Any]) -> MoneyView:
    state_text, state_text_en = words.MONEY[Account(one["state"])]
    refunds = [
        {**refund, "amount_yuan": yuan(refund["amount_cents"]), **_why(refund)} for refund in one["refunds"]
    ]
    return MoneyView.model_validate(
        {
            **one,
            "amount_yuan": yuan(one["amount_cents"]),
            "state_text": state_text,
            "state_text_en": state_text_en,
            **_why(one),
            "refunds": refunds,
        }
    )


def _why(row: Mapping[str, Any]) -> dict[str, str | None]:
    zh, en = words.WHY[Why(row["why"])] if row["why"] else (None, None)
    return {"why_text": zh, "why_text_en": en}


def refund_view(row: Mapping[str, Any], *, for_staff: bool) -> RefundView:
    officers = {} if for_staff else {"requested_by": None, "decided_by": None}
    return RefundView.model_validate(
        {**row, **officers, "amount_yuan": yuan(row["amount_cents"]), **_why(row)}
    )


def anomaly(
    kind: Literal["held", "notice", "refund", "receipt", "parity", "bill"], row: Mapping[str, Any]
) -> Anomaly:
    facts = dict(row)
    since = facts.pop("received_at", None) or facts.pop("requested_at")
    what = facts.pop("outcome", None) or facts.pop("why")
    return Anomaly(kind=kind, since=since, what=what, **facts)

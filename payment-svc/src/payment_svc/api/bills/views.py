"""What the API says of bills."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from ...application.bill_ports import Row
from ...domain import bill_words as words
from ...domain.bills import Difference

Kind = Literal["long", "short", "duplicate", "amount"]
State = Literal["open", "carried", "awaiting_approval", "decided", "resolved"]
Decided = Literal["book", "send_back", "carry_over", "accept"]
Payee = Literal["treasury", "postal"]


class BillView(BaseModel):
    """A provider's bill of a Shanghai day for an account of ours, and how it compares. Sums in fen.

    `version` 0: it has not come yet, `problem` says why. `equal` counts lines; `open` and `carried` wait for a person
    and for the next day's bill, `decided` were ended by a person, `resolved` agree by now.
    """

    channel: str
    payee: Payee
    day: date
    version: int
    problem: str | None
    problem_text: str | None
    problem_text_en: str | None
    tried_at: datetime | None
    loaded_at: datetime | None
    matched_at: datetime | None
    payments: int
    paid_cents: int
    refunds: int
    refunded_cents: int
    fee_cents: int
    our_payments: int
    our_paid_cents: int
    our_refunds: int
    our_refunded_cents: int
    equal: int
    long: int
    short: int
    duplicate: int
    amount: int
    open: int
    carried: int
    decided: int
    resolved: int


class BillSide(BaseModel):
    """What one side says of the money. `number`: our attempt's, as the bill writes it."""

    transaction_id: str
    at: datetime
    amount_cents: int
    fee_cents: int | None = None
    number: str | None = None
    serial: str | None = None


class BillDifference(BaseModel):
    """Something in a bill that is not as we booked it. `theirs` null: only we have it; `ours` null: only the bill has.

    `possible`: what may be decided as it stands. `asked_at`, `answer`: what the provider said when asked about it.
    """

    id: UUID
    channel: str
    payee: Payee
    day: date
    kind: Kind
    kind_text: str
    kind_text_en: str
    entry: Literal["payment", "refund"]
    theirs: BillSide | None
    ours: BillSide | None
    order_id: UUID | None
    case_id: UUID | None
    order_cents: int | None
    order_state: str | None
    capture_id: UUID | None
    capture_state: str | None
    refund_id: UUID | None
    state: State
    state_text: str
    state_text_en: str
    possible: list[Decided]
    found_at: datetime
    asked_at: datetime | None
    answer: str | None
    decision: Decided | None
    note: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    approved_by: UUID | None
    ended_at: datetime | None
    outcome: str | None
    outcome_text: str | None
    outcome_text_en: str | None


class DecideBillDifference(BaseModel):
    """`book`: the money is booked as the bill tells of it, and pays, is held, or goes back as any money does;
    `send_back`: held money goes back to its payer; `carry_over`: the next day's bill may have it; `accept`: both sides
    stay as they are.
    """

    decision: Decided
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)] = Field(
        description="依据和经过，不写个人信息 · why, without personal data"
    )


class ApproveBillDecision(BaseModel):
    """`approve` false: the difference is open again."""

    approve: bool


class BillAsked(BaseModel):
    """It is fetched and matched within seconds; look at it again then."""

    channel: str
    payee: Payee
    day: date
    asked: Literal[True] = True


class ProviderAsked(BaseModel):
    """The provider's answer stands in the difference within seconds; what it says of money is booked."""

    difference_id: UUID
    asked: Literal[True] = True


def bill_view(row: Row) -> BillView:
    return BillView.model_validate({**row, **_texts("problem", words.PROBLEM, row["problem"])})


def difference_view(row: Row, one: Difference) -> BillDifference:
    texts = _texts("kind", words.KIND, row["kind"]) | _texts("state", words.STANDING, row["state"])
    texts |= _texts("outcome", words.OUTCOME, row["outcome"])
    possible = [decision.value for decision in one.possible()]
    return BillDifference.model_validate({**row, **texts, "possible": possible})


def _texts(name: str, known: Mapping[str, tuple[str, str]], value: str | None) -> dict[str, Any]:
    zh, en = known[value] if value is not None else (None, None)
    return {f"{name}_text": zh, f"{name}_text_en": en}

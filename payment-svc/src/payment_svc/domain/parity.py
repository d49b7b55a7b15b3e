"""Where two who should know the same of a day differ, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from chassis.parity.comparing import Apart
from chassis.parity.days import Hour

PATIENCE: Final = timedelta(hours=12)
"""Between a repair and the night that looks whether it helped."""


class Pair(StrEnum):
    """Who is held against whom; the first side is ours."""

    CASES = "cases"
    """Paid orders and, by case-svc's word, the cases they paid."""
    LEDGER = "ledger"
    """Orders that were ever paid and the ledger's entries that applied their money."""
    BOOKS = "books"
    """Captures as they stand and where the ledger's entries have put their money."""


class Standing(StrEnum):
    RETOLD = "retold"
    """The case was told once more of its paid order; the next night looks again."""
    REPAIRED = "repaired"
    RAISED = "raised"
    """A person must look."""
    GONE = "gone"
    """Raised, and found to agree before anybody decided."""
    DECIDED = "decided"


class Decision(StrEnum):
    """How an operator ended it."""

    CORRECTED = "corrected"
    EXPLAINED = "explained"


OPEN: Final = frozenset({Standing.RETOLD, Standing.RAISED})


@dataclass(frozen=True, slots=True)
class Known:
    """What was found of the same thing before."""

    id: UUID
    standing: Standing
    ours: Mapping[str, str] | None
    theirs: Mapping[str, str] | None
    retold_at: datetime | None

    @property
    def is_kept_up(self) -> bool:
        """It is taken up again; what was decided stays as it was, and a new one is found beside it."""
        return self.standing is not Standing.DECIDED

    def says(self, apart: Apart) -> bool:
        return (self.ours, self.theirs) == (apart.ours, apart.theirs)


class Step(StrEnum):
    """What is done about a difference that is there."""

    NOTHING = "nothing"
    RETELL = "retell"
    RAISE = "raise"


def next_step(pair: Pair, apart: Apart, known: Known | None, at: datetime) -> Step:
    """A case that does not know of its paid order is told once more, once; everything else waits for a person.

    What a person has decided stays so, unless the sides say something else than they did then.
    """
    if known is None:
        return Step.RETELL if pair is Pair.CASES and apart.theirs is None else Step.RAISE
    match known.standing:
        case Standing.RAISED:
            return Step.NOTHING if known.says(apart) else Step.RAISE
        case Standing.DECIDED:
            return Step.NOTHING if known.says(apart) else Step.RAISE
        case Standing.RETOLD:
            waits = known.retold_at is not None and at - known.retold_at < PATIENCE
            return Step.NOTHING if waits and known.says(apart) else Step.RAISE
    return Step.RAISE


def what_of(pair: Pair, apart: Apart) -> str:
    """The kind of difference, a key of `WHAT`."""
    missing = "_theirs" if apart.theirs is None else "_ours" if apart.ours is None else ""
    return f"{pair}{missing}"


WHAT: Final[Mapping[str, tuple[str, str]]] = {
    "cases_theirs": (
        "订单已支付，办件未记为已缴费",
        "The order is paid, and its case does not say so",
    ),
    "cases_ours": (
        "办件已记为已缴费，没有对应的已支付订单",
        "The case says it is paid, and there is no paid order for it",
    ),
    "cases": ("订单与办件所记的办件或金额不一致", "Order and case say different cases or amounts"),
    "ledger_theirs": (
        "订单已支付，账簿没有入账分录",
        "The order is paid, and the ledger has no entry for it",
    ),
    "ledger_ours": ("账簿有入账分录，订单未支付", "The ledger has an entry for an order that is not paid"),
    "ledger": ("订单金额与账簿分录不一致", "Order and ledger say different amounts"),
    "books": ("到账款项的状态与账簿不平", "What a capture says does not balance with the ledger"),
}
STANDING: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.RETOLD: ("已重新通知办件系统，次日复核", "Told again; looked at once more the next night"),
    Standing.REPAIRED: ("已修复", "Repaired"),
    Standing.RAISED: ("待人工处理", "Waits for a person"),
    Standing.GONE: ("已自行一致", "Agrees by now"),
    Standing.DECIDED: ("已处理", "Decided"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A difference on its way to be kept."""

    pair: Pair
    hour: Hour
    apart: Apart
    order_id: UUID | None
    case_id: UUID | None

    @classmethod
    def of_order(cls, pair: Pair, hour: Hour, apart: Apart) -> "Found":
        case_id = (apart.ours or apart.theirs or {}).get("case_id")
        return cls(pair, hour, apart, apart.id, UUID(case_id) if case_id else None)

"""How each partner misbehaves at the moment; set by the control API, forgotten on restart."""

import random
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from .errors import Refused

Partner = Literal[
    "bank", "ems", "sf", "sms", "realname", "fines", "fiscal", "wechat", "city", "wechat_pay", "alipay", "ccb"
]
PARTNERS: tuple[Partner, ...] = get_args(Partner)
_GROUPS: dict[str, tuple[Partner, ...]] = {"courier": ("ems", "sf")}

BadToken = Literal["alg_none", "hs256", "foreign_key", "issuer", "audience", "nonce", "expired", "subject"]
Countdown = Annotated[int, Field(ge=-1, le=1_000_000)]  # −1: until cleared
Rows = Annotated[int, Field(ge=0, le=1_000_000)]
Milliseconds = Annotated[int, Field(ge=0, le=600_000)]


class Faults(BaseModel):
    model_config = ConfigDict(extra="forbid")

    down: bool = False
    http_500_next: Countdown = 0
    lost_answer_next: Countdown = 0
    answer_late_ms: Milliseconds = 0

    late_ms: Milliseconds = 0
    duplicate_next: Countdown = 0
    duplicate_copies: Annotated[int, Field(ge=1, le=50)] = 1
    drop_next: Countdown = 0
    drop_rate: Annotated[float, Field(ge=0, le=1)] = 0.0
    lose_next: Countdown = 0
    forge_next: Countdown = 0
    stale_next: Countdown = 0
    reorder_batch: Annotated[int, Field(ge=0, le=10_000)] = 0

    wrong_amount_next: Countdown = 0
    wrong_amount_delta_cents: Annotated[int, Field(ge=-(10**9), le=10**9)] = 1
    wrong_amount_in: Literal["capture", "notice"] = "capture"
    wrong_merchant_next: Countdown = 0

    no_stock_next: Countdown = 0
    repeat_refused: bool = False
    probe_next: Countdown = 0
    gbk_next: Countdown = 0

    bill_not_ready: bool = False
    bill_drop: Rows = 0
    bill_duplicate: Rows = 0
    bill_wrong_amount: Rows = 0
    bill_extra: Rows = 0
    bill_wrong_hash_next: Countdown = 0
    bill_torn_next: Countdown = 0
    bill_link_expired_next: Countdown = 0

    busy_next: Countdown = 0
    bad_token_next: Countdown = 0
    bad_token_how: BadToken = "foreign_key"

    def take(self, name: str) -> bool:
        """Whether the countdown `name` strikes now; counts it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0

    def drops(self) -> bool:
        """Whether this attempt gets lost on its way."""
        return self.take("drop_next") or random.random() < self.drop_rate


def partners_of(name: str) -> tuple[Partner, ...]:
    """`courier` stands for every courier. Raises Refused."""
    for partner in PARTNERS:
        if partner == name:
            return (partner,)
    if name not in _GROUPS:
        raise Refused(404, "PARTNER_NOT_EXIST", f"没有这个合作方: {name}")
    return _GROUPS[name]


class FaultBoard:
    def __init__(self) -> None:
        self._faults: dict[str, Faults] = {}
        self.clear()

    def of(self, partner: Partner) -> Faults:
        return self._faults[partner]

    def set(self, partner: Partner, faults: Faults) -> None:
        self._faults[partner] = faults

    def clear(self) -> None:
        self._faults = {partner: Faults() for partner in PARTNERS}

    def now_set(self) -> dict[str, dict[str, object]]:
        return {name: faults.model_dump(exclude_defaults=True) for name, faults in self._faults.items()}

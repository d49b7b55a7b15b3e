"""How many codes are sent over all phones together, a minute and a day: each is paid for, and is somebody's nuisance.

Strangers may use a part of it, the rest is for those who are known. Everybody counts on the same rows; a process that
knows from there that nothing is left says so without asking again, so that a flood costs the database nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from prometheus_client import Counter, Gauge

from ..domain.errors import SmsBudgetUsedUp
from ..domain.limits import Allowance, Limit, UsedUp, used_up
from ..domain.places import Asker
from .ports import KeyedHash, Throttle

_NEARLY: Final = 0.9
_USED = Gauge("identity_sms_budget_used_ratio", "Of the codes that may be sent, how many were", ["period"])
_REFUSED = Counter("identity_sms_budget_refused_total", "Codes not sent, the budget being used up", ["to"])

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """`for_strangers`: the part of `limit.burst` they may use."""

    period: str
    limit: Limit
    for_strangers: int


class SmsBudget:
    def __init__(self, throttle: Throttle, keyed_hash: KeyedHash, budgets: Sequence[Budget]) -> None:
        self._throttle = throttle
        self._budgets = {keyed_hash(f"sms:{budget.period}"): budget for budget in budgets}
        self._full_again_at: dict[bytes, datetime] = {}
        self._alarmed: set[str] = set()
        for key, budget in self._budgets.items():
            _USED.labels(budget.period).set_function(lambda key=key: self._used(key, now()))

    async def spend(self, uow: UnitOfWork, asker: Asker) -> None:
        """Raises SmsBudgetUsedUp."""
        moment, allowances = now(), self._allowances(asker)
        if seen := used_up(allowances, self._after_one_more(moment), moment):
            self._refuse(asker, seen)
        full_again_at = await self._throttle.taken(uow, allowances, moment)
        if refused := used_up(allowances, full_again_at, moment):
            # What is remembered is what the rollback leaves.
            self._remember({one.key: full_again_at[one.key] - one.limit.every for one in allowances}, moment)
            self._refuse(asker, refused)
        self._remember(full_again_at, moment)

    def nearly_used_up(self) -> bool:
        """Strangers are, or will soon be, refused."""
        moment = now()
        return any(self._is_nearly_used_up(key, moment) for key in self._budgets)

    def _allowances(self, asker: Asker) -> list[Allowance]:
        is_stranger = asker.known_by is None
        return [
            Allowance(key, Limit(budget.for_strangers, budget.limit.every) if is_stranger else budget.limit)
            for key, budget in self._budgets.items()
        ]

    def _after_one_more(self, moment: datetime) -> dict[bytes, datetime]:
        return {
            key: max(self._full_again_at.get(key, moment), moment) + budget.limit.every
            for key, budget in self._budgets.items()
        }

    def _refuse(self, asker: Asker, refused: UsedUp) -> None:
        _REFUSED.labels("strangers" if asker.known_by is None else "known").inc()
        raise SmsBudgetUsedUp(refused.wait)

    def _remember(self, full_again_at: dict[bytes, datetime], moment: datetime) -> None:
        self._full_again_at = full_again_at
        for key, budget in self._budgets.items():
            nearly = self._is_nearly_used_up(key, moment)
            if nearly and budget.period not in self._alarmed:
                self._alarmed.add(budget.period)
                log.error(
                    "sms_budget_nearly_used_up", period=budget.period, used=round(self._used(key, moment), 2)
                )
            elif not nearly and budget.period in self._alarmed:
                self._alarmed.discard(budget.period)
                log.info("sms_budget_has_room_again", period=budget.period)

    def _is_nearly_used_up(self, key: bytes, moment: datetime) -> bool:
        budget = self._budgets[key]
        return self._used(key, moment) >= _NEARLY * budget.for_strangers / budget.limit.burst

    def _used(self, key: bytes, moment: datetime) -> float:
        """As a share of the whole, by what this process saw last."""
        ahead = self._full_again_at.get(key, moment) - moment
        return max(0.0, ahead / self._budgets[key].limit.reach)

"""Duty rosters, put together."""

from dataclasses import dataclass

from ..api import duty
from ..application.plan_duty import PlanDuty
from ..persistence.duty import SqlDuty
from .parts import Parts

ROUTERS = (duty.router,)


@dataclass(frozen=True, slots=True)
class DutyDesk:
    plan: PlanDuty
    store: SqlDuty


def wire(parts: Parts) -> None:
    store = SqlDuty()
    plan = PlanDuty(store, parts.stores.officers, parts.stores.organisation)
    parts.service.state.duty = DutyDesk(plan, store)

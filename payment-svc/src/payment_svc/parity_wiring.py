"""The part of `bootstrap.py` that picks what days are compared with."""

from chassis.http_client import ServiceClient
from chassis.parity import OwnersFacts, TallyDays
from chassis.service import Service
from contracts.payment import PaymentDayTallied

from .api import parity
from .application.compare_days import CompareDays
from .application.decide_difference import Parity
from .application.jobs import COMPARE_DAY, COMPARE_HOUR, MISS_DAY
from .application.ports import Orders
from .application.tell_paid_again import TellPaidAgain
from .consumers.case_days import day_handlers
from .persistence.differences import PgDifferences
from .persistence.parity import FACTS, PgDays


def wire_parity(service: Service, orders: Orders, case_svc: ServiceClient) -> None:
    """Counts our days, hears of those of case-svc, and compares each as soon as either is counted anew."""
    days, differences = PgDays(), PgDifferences()
    tallies = TallyDays(
        service,
        PaymentDayTallied,
        FACTS,
        readers=("evaluation-svc",),
        tallied=lambda uow, day: compare.ask(uow, day),
    )
    compare = CompareDays(
        days, OwnersFacts(case_svc), differences, TellPaidAgain(orders, days), tallies.count
    )
    service.consume(day_handlers(compare.ask))
    service.job(COMPARE_DAY, compare.run_day)
    service.job(COMPARE_HOUR, compare.run_hour)
    service.job(MISS_DAY, compare.miss_day)
    service.state.days, service.state.parity = tallies, Parity(days, differences, compare)
    service.include(parity.router)

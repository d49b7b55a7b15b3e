"""The part of `bootstrap.py` that fetches the providers' bills and compares them."""

from datetime import timedelta

from chassis.service import Service

from .api.bills import routes
from .application.bill_desk import BillDesk
from .application.bill_ports import BillSources
from .application.decide_bill_difference import DecideBillDifference
from .application.fetch_bills import TAKES_AT_MOST, FetchBills
from .application.handlers import UseCases
from .application.jobs import ASK_ABOUT_DIFFERENCE, FETCH_BILL, MATCH_BILL, WATCH_BILLS
from .persistence.bill_differences import PgBillDifferences, difference_of
from .persistence.bills import PgBills
from .persistence.refunds import PgRefunds
from .settings import PaymentSettings


def wire_bills(service: Service, settings: PaymentSettings, sources: BillSources, use: UseCases) -> None:
    """Looks every five minutes for what is due. In the morning all bills are: one at a time is fetched and one matched,
    so that refunds and questions keep their slots and connections.
    """
    fetch = FetchBills(
        sources,
        PgBills(),
        ready_at=settings.bill_ready_at,
        late_at=settings.bill_late_at,
        days=settings.bill_days,
        kept=settings.bill_lines_kept,
    )
    differences = PgBillDifferences()
    decide = DecideBillDifference(
        differences,
        use.settle,
        use.return_money,
        PgRefunds(),
        use.channels,
        settings.refund_approval_from_cents,
    )
    service.state.bills = BillDesk(differences, fetch, decide, service.begin, difference_of)
    service.include(routes.router)
    service.job(ASK_ABOUT_DIFFERENCE, decide.run_ask)
    service.job(WATCH_BILLS, fetch.watch, every=timedelta(minutes=5))
    service.job(FETCH_BILL, fetch.fetch, lease=TAKES_AT_MOST, at_once=1)
    service.job(MATCH_BILL, fetch.match, lease=TAKES_AT_MOST, at_once=1)

"""What operators do about bills."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.jobs import Begin

from ..domain.bills import Difference
from .bill_ports import BillViews, Row
from .decide_bill_difference import DecideBillDifference
from .fetch_bills import FetchBills


@dataclass(frozen=True, slots=True)
class BillDesk:
    views: BillViews
    fetch: FetchBills
    decide: DecideBillDifference
    begin: Begin
    difference_of: Callable[[Row], Difference]

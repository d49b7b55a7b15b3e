"""Names of this service's jobs. A job's key is the id of what it is about."""

from typing import Final

WATCH: Final = "payment.watch_deadlines"
SEAL_NOTICES: Final = "payment.seal_notices"
MATCH_NOTICES: Final = "payment.apply_unmatched_notices"
LOOK_UP_AMOUNT: Final = "payment.look_up_amount"
REPORT_FINE_PAID: Final = "payment.report_fine_paid"
CLOSE_ORDER: Final = "payment.close_order"
REPLACE_ORDER: Final = "payment.replace_order"
QUERY_ATTEMPT: Final = "payment.query_attempt"
CONFIRM_NOTICE: Final = "payment.confirm_notice"
REFUND: Final = "payment.refund"
COMPARE_DAY: Final = "payment.compare_day"
COMPARE_HOUR: Final = "payment.compare_hour"
MISS_DAY: Final = "payment.miss_day"

"""How long what is known of a payment is kept; data, so that a lawyer can read it."""

from typing import Final

from chassis.people import Rule
from chassis.people.fates import Fate, Fates

PAYMENTS: Final = Rule(
    what="缴费、退款及其凭证",
    what_en="Payments, refunds and their receipts",
    years=30,
    why="缴费凭证属会计凭证，依照《会计档案管理办法》保存三十年",
    why_en="vouchers of payment, kept thirty years under the rules on accounting records",
    confirmed=True,
)
UNPAID: Final = Rule(
    what="未缴费即结束的订单",
    what_en="Orders that ended unpaid",
    years=2,
    why="供核对和投诉查询，保存两年（期限待公安局确认）",
    why_en="kept two years for reconciliation and complaints (the bureau has yet to confirm the period)",
    confirmed=False,
)
ACTS: Final = Rule(
    what="代他人下单、缴费的记录（只含编号）",
    what_en="Orders opened and paid for others (ids only)",
    years=None,
    why="属他人缴费的记录，随该缴费保存，期满与代办人脱钩",
    why_en="belongs to those payments: kept as long as they are, and nobody's afterwards",
    confirmed=True,
)

_BY_RULE: Final = "在保存期内只含编号；期满后与本人脱钩 · an id while it is kept; nobody's afterwards"
_MONEY: Final = Fate(why="资金往来，不含姓名和账号主人 · money, without whose it was")
FATES: Final[Fates] = {
    "case_due": Fate(stays=("applicant_id",), why=_BY_RULE),
    "parcel": Fate(why="办件编号 · numbers of cases"),
    "payment_order": Fate(stays=("applicant_id", "acted_by"), why=_BY_RULE),
    "notice": Fate(
        stays=("body", "sealed_body"),
        why="银行签名的凭据，加密保存，同缴费凭证 · signed by the bank, sealed, kept as payments are",
    ),
    "attempt": Fate(stays=("acted_by",), why=_BY_RULE),
    "capture": _MONEY,
    "refund": _MONEY,
    "ledger_entry": _MONEY,
    "receipt": _MONEY,
    "parity_day": Fate(why="计数 · counts"),
    "parity_difference": Fate(
        why="订单、办件编号和金额，运维的说明中个人号码已遮盖 · ids, sums, an operator's reason with numbers masked"
    ),
    "bill": Fate(why="账单的笔数和合计 · counts and sums of a provider's bill"),
    "bill_line": Fate(
        why="账单明细：编号、金额和时间，不含付款人 · numbers, sums and times, nothing of who paid"
    ),
    "bill_difference": Fate(
        why="编号、金额和处理人的说明，说明中个人号码已遮盖 · numbers, sums, an operator's reason with numbers masked"
    ),
    "refused_delivery": Fate(
        why="被拒绝的推送：原因和散列，没有内容 · refused deliveries: causes and hashes, no content"
    ),
    "unit": Fate(why="单位名称 · names of units"),
}

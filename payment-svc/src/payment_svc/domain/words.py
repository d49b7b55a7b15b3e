"""States and reasons as people read them: Chinese, English."""

from typing import Final

from .captures import Account, Why
from .payees import Kind as OrderKind
from .payees import Payee
from .receipts import Kind, ReceiptState
from .transitions import State

Words = tuple[str, str]

STATE: Final[dict[State, Words]] = {
    State.PRICING: ("正在查询应缴金额", "The amount is being looked up"),
    State.OPEN: ("待支付", "To be paid"),
    State.EXPIRING: ("已到期，正在与银行核对", "Past its time, being checked with the bank"),
    State.CLOSING: ("办件已结束，正在关闭订单", "The case has ended, the order is being closed"),
    State.PAID: ("已支付", "Paid"),
    State.REFUNDING: ("退款中", "Being refunded"),
    State.EXPIRED: ("已过期", "Expired"),
    State.CANCELLED: ("已取消", "Cancelled"),
    State.REFUNDED: ("已退款", "Refunded"),
}

KIND: Final[dict[OrderKind, Words]] = {
    OrderKind.FEE: ("办件费用", "Fee of the case"),
    OrderKind.POSTAGE: ("寄递费", "Postage"),
}
PAYEE: Final[dict[Payee, Words]] = {
    Payee.TREASURY: ("财政非税收入专户", "The treasury's account"),
    Payee.POSTAL: ("寄递企业账户", "The postal company's account"),
}

MONEY: Final[dict[Account, Words]] = {
    Account.APPLIED: ("已入账", "Applied"),
    Account.HELD: ("金额或收款信息不符，正在人工核对", "Amount or payee differ, a person is looking at it"),
    Account.REFUND_DUE: ("将原路退回", "Will be returned the way it came"),
    Account.REFUNDED: ("已原路退回", "Returned the way it came"),
}

WHY: Final[dict[Why, Words]] = {
    Why.WRONG_AMOUNT: ("到账金额与应缴金额不符", "The amount is not the one asked for"),
    Why.WRONG_CURRENCY: ("到账币种不符", "The currency is not the one asked for"),
    Why.WRONG_MERCHANT: ("收款方不符", "The payee is not ours"),
    Why.ALREADY_PAID: ("订单已支付，重复付款自动退回", "Paid twice; the second payment goes back by itself"),
    Why.ORDER_CLOSED: (
        "订单已关闭，到账款项自动退回",
        "Paid after the order was closed; it goes back by itself",
    ),
    Why.CASE_WITHDRAWN: ("办件已撤回，费用退回", "The case was withdrawn"),
    Why.CASE_CLOSED_UNPAID: ("办件已因逾期未缴费关闭，费用退回", "The case had been closed unpaid"),
    Why.NOT_SENT: ("不再寄递，寄递费退回", "Nothing is sent any more; the postage goes back"),
    Why.OPERATOR_DECIDED: ("经人工核对后退回", "Returned after a person looked at it"),
    Why.STAFF_DECIDED: ("经办机关决定退还", "Given back by decision of the unit"),
}

PRICING: Final[dict[str, Words]] = {
    "decision_not_found": (
        "处罚决定机关查不到该决定书编号，系统会再次查询；编号有误请撤回后重新申请。",
        "The authority does not know this decision and will be asked again;"
        " if the number is wrong, withdraw and apply anew.",
    ),
    "decision_paid_already": (
        "该处罚决定已缴清，无需再缴。",
        "This decision is paid already; nothing is due.",
    ),
    "decision_cancelled": ("该处罚决定已被撤销，无需缴款。", "This decision was cancelled; nothing is due."),
    "decision_not_open": (
        "该处罚决定目前不能缴款，系统会再次查询。",
        "This decision cannot be paid at present; it will be asked about again.",
    ),
}

RECEIPT_KIND: Final[dict[Kind, Words]] = {
    Kind.BLUE: ("财政电子票据", "Receipt"),
    Kind.RED: ("红字财政电子票据", "Red receipt, which reverses the other"),
}
RECEIPT_STATE: Final[dict[ReceiptState, Words]] = {
    ReceiptState.REQUESTED: ("正在向财政票据平台申请开具", "Being asked for at the fiscal platform"),
    ReceiptState.REFUSED: (
        "财政票据平台暂未开具，正在处理，将自动重试",
        "Not issued by the fiscal platform yet; it is being looked into and asked again",
    ),
    ReceiptState.ISSUED: ("已开具", "Issued"),
}

"""States and reasons as a citizen reads them. Chinese first; clients that need English have the codes."""

from typing import Final

STATE_WORDS: Final = {
    "pricing": "正在查询应缴金额",
    "open": "待支付",
    "expiring": "已到期，正在与银行核对",
    "closing": "办件已结束，正在关闭订单",
    "paid": "已支付",
    "refunding": "退款中",
    "expired": "已过期，可重新发起缴费",
    "cancelled": "已取消",
    "refunded": "已退款",
}

ACCOUNT_WORDS: Final = {
    "applied": "已入账",
    "held": "金额或收款信息不符，正在人工核对",
    "refund_due": "将原路退回",
    "refunded": "已原路退回",
}

WHY_WORDS: Final = {
    "wrong_amount": "到账金额与应缴金额不符",
    "wrong_currency": "到账币种不符",
    "wrong_merchant": "收款方不符",
    "already_paid": "订单已支付，重复付款自动退回",
    "order_closed": "订单已关闭，到账款项自动退回",
    "case_withdrawn": "办件已撤回，费用退回",
    "case_closed_unpaid": "办件已因逾期未缴费关闭，费用退回",
    "operator_decided": "经人工核对后退回",
}

PRICING_WORDS: Final = {
    "decision_not_found": "处罚决定机关查不到该决定书编号，请核对后重新申请，或稍后再看。",
    "decision_paid_already": "该处罚决定已缴清，无需再缴。",
    "decision_cancelled": "该处罚决定已被撤销，无需缴款。",
    "decision_not_open": "该处罚决定目前不能缴款，系统会再次查询。",
}

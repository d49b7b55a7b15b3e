"""What people read about bills, in Chinese and in English."""

from typing import Final

Words = tuple[str, str]

KIND: Final[dict[str, Words]] = {
    "long": ("长款：只有账单有", "Long: only the bill has it"),
    "short": ("短款：只有本平台有", "Short: only we have it"),
    "duplicate": ("账单重复", "Twice in the bill"),
    "amount": ("金额不符", "The amounts differ"),
}
EQUAL: Final[Words] = ("相符", "Equal")
ENTRY: Final[dict[str, Words]] = {"payment": ("支付", "Payment"), "refund": ("退款", "Refund")}
STANDING: Final[dict[str, Words]] = {
    "open": ("待处理", "Open"),
    "carried": ("待次日账单", "Left to the next day's bill"),
    "awaiting_approval": ("待批准", "Awaits approval"),
    "decided": ("已处理", "Decided"),
    "resolved": ("已自行一致", "Agrees by now"),
}
DECISION: Final[dict[str, Words]] = {
    "book": ("按账单入账", "Booked as the bill says"),
    "send_back": ("退回付款人", "Sent back to its payer"),
    "carry_over": ("转次日", "Carried over"),
    "accept": ("说明后接受", "Accepted, with a reason"),
}
OUTCOME: Final[dict[str, Words]] = {
    "later_version": ("渠道更新了账单，已一致", "A later version of the bill agrees"),
    "in_another_days_bill": ("在相邻日期的账单中", "It stands in the bill of a day beside"),
    "booked_since": ("之后已入账，已一致", "It was booked since, and agrees"),
}
PROBLEM: Final[dict[str, Words]] = {
    "not_ready": ("渠道尚未提供账单", "The provider has no bill yet"),
    "unreachable": ("渠道暂时无法访问", "The provider cannot be reached"),
    "wrong_hash": ("账单校验值不符，已拒收", "Its hash is wrong: refused"),
    "torn": ("账单不完整，已拒收", "It is not whole: refused"),
    "unreadable": ("账单内容不符合约定，已拒收", "It is not as agreed: refused"),
    "too_large": ("账单文件过大，已拒收", "It is too large: refused"),
    "refused": ("渠道拒绝提供账单", "The provider refuses it"),
    "failed": ("本平台处理账单时出错，将自动重试", "It failed on our side, and is tried again"),
}

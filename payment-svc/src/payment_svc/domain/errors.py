"""What can go wrong, as sentences a person can act on."""

from collections.abc import Iterable
from uuid import UUID

from chassis.problems import Conflict, FieldError, InvalidInput, NotFound, ServiceUnavailable

from .money import yuan


class IllegalMove(Conflict):
    slug = "illegal-order-move"
    title = ("订单当前状态不允许该操作", "The order's state does not allow this")

    def __init__(self, state: str, action: str, possible: Iterable[str]) -> None:
        super().__init__(
            f"订单处于“{state}”状态，不能执行“{action}”。",
            f"The order is {state}; {action} is not possible.",
            state=state,
            possible=list(possible),
        )


class OrderNotFound(NotFound):
    slug = "order-not-found"
    title = ("缴费订单不存在", "No such order")

    def __init__(self, order_id: UUID) -> None:
        super().__init__(
            "没有这个缴费订单，请核对编号。", "There is no such order; check the number.", order_id=order_id
        )


class NothingToPay(NotFound):
    slug = "nothing-to-pay"
    title = ("没有待缴费用", "Nothing to pay")

    def __init__(self, case_id: UUID) -> None:
        super().__init__("这个办件没有待缴费用。", "This case owes nothing.", case_id=case_id)


class OrderNotPayable(Conflict):
    slug = "order-not-payable"
    title = ("订单不能支付", "The order cannot be paid")

    def __init__(self, order_id: UUID, state: str) -> None:
        zh, en = _NOT_PAYABLE.get(
            state, ("该订单已结束，不能再支付。", "This order has ended and cannot be paid any more.")
        )
        super().__init__(zh, en, order_id=order_id, state=state)


_NOT_PAYABLE = {
    "pricing": (
        "正在向处罚决定机关查询应缴金额，请稍后再试。",
        "The issuing authority is being asked for the amount; try again shortly.",
    ),
    "paid": ("该订单已支付，无需重复支付。", "This order is already paid."),
    "expiring": ("该订单已过期，请重新发起缴费。", "This order has expired; open a new one."),
    "expired": ("该订单已过期，请重新发起缴费。", "This order has expired; open a new one."),
}


class OrderChangedMeanwhile(ServiceUnavailable):
    """Somebody else moved the order, or booked the same money, since it was read; nothing was written."""

    slug = "order-changed-meanwhile"
    title = ("订单刚刚有变化", "The order has just changed")

    def __init__(self, order_id: UUID) -> None:
        super().__init__(
            "订单刚刚有变化，请重试。",
            "The order changed in this moment; try again.",
            retry_after=1,
            order_id=order_id,
        )


class AttemptEndedMeanwhile(Conflict):
    slug = "attempt-ended-meanwhile"
    title = ("这次支付已结束", "This attempt to pay has ended")

    def __init__(self, order_id: UUID) -> None:
        super().__init__(
            "银行回应期间，这次支付已完成或已关闭，请查看订单状态。",
            "While the bank answered, this attempt was paid or closed; look at the order.",
            order_id=order_id,
        )


class OrderStillLive(Conflict):
    slug = "order-still-live"
    title = ("已有缴费订单", "There is an order already")

    def __init__(self, case_id: UUID, order_id: UUID, state: str) -> None:
        super().__init__(
            "该办件已有缴费订单，请使用原订单。",
            "This case already has an order; use that one.",
            case_id=case_id,
            order_id=order_id,
            state=state,
        )


class PaymentRequestedTwice(Conflict):
    """A case asks for payment once; a second request is parked for a person to see."""

    slug = "payment-requested-twice"
    title = ("重复的缴费请求", "Payment requested twice")

    def __init__(self, case_id: UUID) -> None:
        super().__init__("该办件此前已请求缴费。", "This case has asked for payment before.", case_id=case_id)


class CaseNoLongerOwes(Conflict):
    slug = "case-no-longer-owes"
    title = ("办件已不需缴费", "The case no longer owes anything")

    def __init__(self, case_id: UUID) -> None:
        super().__init__(
            "该办件已撤回、关闭或缴清，不能再发起缴费。",
            "The case was withdrawn, closed or paid; no order can be opened.",
            case_id=case_id,
        )


class CaptureNotHeld(Conflict):
    slug = "capture-not-held"
    title = ("该款项不是待处理异常", "This money is not held")

    def __init__(self, capture_id: UUID, state: str) -> None:
        super().__init__(
            "该款项不处于待处理状态，不能退回。",
            "This money is not held and cannot be sent back.",
            capture_id=capture_id,
            state=state,
        )


class HeldMoneyWaits(Conflict):
    slug = "held-money-waits"
    title = ("该款项的退回正在等待审批", "Its return already awaits approval")

    def __init__(self, capture_id: UUID) -> None:
        super().__init__(
            "已有人申请退回该款项，请由所属单位负责人在待审批退款中处理。",
            "Its return was asked for before: a supervisor of the unit decides among the refunds that wait.",
            capture_id=capture_id,
        )


class MoreThanPaid(Conflict):
    slug = "more-than-paid"
    title = ("退款金额超过可退金额", "More than can be given back")

    def __init__(self, order_id: UUID, left_cents: int) -> None:
        super().__init__(
            f"该订单可退金额为 {yuan(left_cents)} 元，请修改退款金额。",
            f"Of this order {yuan(left_cents)} yuan can be given back; change the amount.",
            order_id=order_id,
            left_cents=left_cents,
        )


class RefundNotFound(NotFound):
    slug = "refund-not-found"
    title = ("没有这笔退款", "No such refund")

    def __init__(self, refund_id: UUID) -> None:
        super().__init__(
            "没有这笔退款，请核对编号。", "There is no such refund; check the number.", refund_id=refund_id
        )


class RefundNotWaiting(Conflict):
    slug = "refund-not-waiting"
    title = ("该退款不在待审批状态", "This refund does not await approval")

    def __init__(self, refund_id: UUID, state: str) -> None:
        super().__init__(
            "该退款已审批或已随办件退回，请刷新后查看。",
            "This refund was decided, or went back with its case; look at it again.",
            refund_id=refund_id,
            state=state,
        )


class OwnRefund(Conflict):
    """Two pairs of eyes: whoever asked does not approve."""

    slug = "own-refund"
    title = ("不能审批自己申请的退款", "Not your own refund")

    def __init__(self, refund_id: UUID) -> None:
        super().__init__(
            "退款由本人申请，请由其他负责人审批。",
            "You asked for this refund yourself; another supervisor must decide.",
            refund_id=refund_id,
        )


class CaptureNotFound(NotFound):
    slug = "capture-not-found"
    title = ("款项不存在", "No such money")

    def __init__(self, capture_id: UUID) -> None:
        super().__init__("没有这笔款项，请核对编号。", "There is no such money.", capture_id=capture_id)


class ChannelNotOffered(InvalidInput):
    """Not one of the channels this order can be paid through, or not in that scene."""

    slug = "payment-channel-not-offered"
    title = ("没有开通该支付方式", "This way to pay is not offered")

    def __init__(self, channel: str, offered: Iterable[str]) -> None:
        names = list(offered)
        super().__init__(
            f"该订单不能用“{channel}”支付，可选：{'、'.join(names)}。",
            f"This order cannot be paid by {channel}; choose one of {', '.join(names)}.",
            errors=[FieldError("channel", "没有开通", "not offered")],
            offered=names,
        )


class ChannelDown(ServiceUnavailable):
    """The provider did not answer, or not verifiably: what it did is unknown until it is asked again."""

    slug = "payment-channel-down"
    title = ("支付渠道暂时不可用", "The payment channel is not available")

    def __init__(self, channel: str, cause: str = "") -> None:
        super().__init__(
            "银行暂时没有回应，您的订单已保留，请稍后重试，不会重复扣款。",
            "The bank did not answer; your order is kept. Try again shortly, you will not pay twice.",
            retry_after=10,
            channel=channel,
        )
        self.cause = cause


class PayerUnknown(ServiceUnavailable):
    slug = "payer-unknown"
    title = ("暂时不能在微信内支付", "Cannot be paid inside WeChat at present")

    def __init__(self, cause: str) -> None:
        super().__init__(
            "暂时查不到您的微信信息，请稍后重试，或改用其他支付方式。",
            "Who you are in WeChat cannot be looked up; try again shortly, or pay another way.",
        )
        self.cause = cause


class NotFromWeChat(Conflict):
    slug = "not-from-wechat"
    title = ("请从微信进入后支付", "Come from WeChat to pay there")

    def __init__(self) -> None:
        super().__init__(
            "您的账号没有关联当前微信，请从微信登录并关联，或改用其他支付方式。",
            "Your account is not linked to this WeChat: log in from WeChat and link it, or pay another way.",
        )


class IssuingSystemDown(ServiceUnavailable):
    slug = "issuing-system-down"
    title = ("处罚决定系统暂时不可用", "The issuing system is not available")

    def __init__(self, cause: str) -> None:
        super().__init__(
            "处罚决定系统暂时没有回应，稍后会自动重试。",
            f"The issuing system did not answer ({cause}); it will be asked again.",
        )


class IssuingSystemRefused(Conflict):
    """It answered that it will not; a person must look."""

    slug = "issuing-system-refused"
    title = ("处罚决定系统拒绝了该操作", "The issuing system refused")

    def __init__(self, code: str) -> None:
        super().__init__(
            f"处罚决定系统拒绝了该操作（{code}）。", f"The issuing system refused ({code}).", code=code
        )


class ChannelRefused(Conflict):
    """The provider answered, verifiably, that it will not."""

    slug = "payment-channel-refused"
    title = ("支付渠道拒绝了该操作", "The payment channel refused")

    def __init__(self, channel: str, code: str) -> None:
        super().__init__(
            f"银行拒绝了该操作（{code}）。", f"The bank refused ({code}).", channel=channel, code=code
        )
        self.code = code

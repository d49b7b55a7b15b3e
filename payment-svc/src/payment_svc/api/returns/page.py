"""What the page says. Nothing of people stands on it: whoever holds the address sees how the payment stands."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from chassis.check_page import Fact, Onward, StatePage, Verdict
from chassis.clock import shown

from ...domain import words
from ...domain.captures import Account
from ...domain.money import yuan
from ...domain.payees import Kind
from ...domain.transitions import State

_PAGE: Final = StatePage(
    title="支付结果",
    title_en="Your payment",
    about="结果以银行答复为准，本页不显示个人信息。请确认地址栏中的网址为官方网址，切勿向任何人透露验证码或密码。",
    about_en=(
        "What counts is the bank's answer; nothing personal stands here. Make sure that the address above is the "
        "official one, and give codes and passwords to nobody."
    ),
)

_PAID: Final = Verdict(
    "good", "✓", "支付成功", "Paid", "银行已确认收到款项。", "The bank has confirmed that the money arrived."
)
_ASKING: Final = Verdict(
    "warn",
    "…",
    "正在与银行核对",
    "Being checked with the bank",
    "还没有收到银行的结果，可能需要几分钟。如已付款，请勿重复支付，本页会自动更新。",
    "The bank has not answered with a result yet; it can take some minutes. If you have paid, do not pay again: this "
    "page looks again by itself.",
)
_HELD: Final = Verdict(
    "warn",
    "!",
    "款项已到账，正在人工核对",
    "Arrived, being looked at",
    "到账金额或收款信息与订单不符，工作人员正在核对；款项不会丢失，不用的会原路退回。",
    "The sum or the payee is not the order's, and a person is looking at it. Nothing is lost; what is not needed goes "
    "back.",
)
_GOING_BACK: Final = Verdict(
    "warn",
    "↩",
    "款项正在原路退回",
    "Going back",
    "这笔款项不再需要，正在原路退回，通常 1 至 5 个工作日到账。",
    "This money is not needed any more and goes back the way it came, mostly within 1 to 5 working days.",
)
_GONE_BACK: Final = Verdict(
    "warn",
    "↩",
    "款项已原路退回",
    "Given back",
    "这笔款项已原路退回。",
    "This money went back the way it came.",
)
_ENDED: Final = Verdict(
    "warn",
    "!",
    "订单已结束",
    "The order has ended",
    "银行没有收到这个订单的款项。如仍需缴费，请回到办件重新发起；随后到账的款项会自动原路退回。",
    "The bank has no money for this order. If it is still to be paid, open a new one with your case; money that "
    "arrives later goes back by itself.",
)
_UNKNOWN: Final = Verdict(
    "warn",
    "?",
    "无法显示支付结果",
    "Nothing to show",
    "链接不完整或已被改动。支付结果请登录后在办件中查看，如已付款请勿重复支付。",
    "The address is not complete, or was altered. Log in and look at your case; if you have paid, do not pay again.",
)
_MAY_CHANGE: Final = (_ASKING, _HELD, _GOING_BACK)
_OUTCOMES: Final = {
    State.PAID: _PAID,
    State.REFUNDING: _GOING_BACK,
    State.REFUNDED: _GONE_BACK,
    State.EXPIRED: _ENDED,
    State.CANCELLED: _ENDED,
}


def unknown_page() -> str:
    """The same for what was never there and for what cannot be proven."""
    return _PAGE.html(_UNKNOWN, [], Onward("/", "返回首页", "To the start page"), None)


def return_page(row: Mapping[str, Any], attempt_id: UUID, case_page: str, at: datetime) -> str:
    """From the order's row of `Views`. `case_page`: where a case is shown, with `{case_id}` in it."""
    verdict = _verdict(row)
    zh, en = words.KIND[Kind(row["kind"])]
    facts = [Fact("项目", "For", zh, en)]
    if row["amount_cents"] is not None:
        amount = yuan(row["amount_cents"])
        facts.append(Fact("金额", "Amount", f"{amount} 元", f"{amount} yuan"))
    facts.append(Fact("支付单号", "Payment no.", attempt_id.hex))
    if verdict is _PAID and row["paid_at"] is not None:
        facts.append(Fact("支付时间", "Paid at", shown(row["paid_at"])))
    facts.append(Fact("查询时间", "Looked up at", shown(at)))
    onward = Onward(case_page.format(case_id=row["case_id"]), "返回办件", "Back to your case")
    return _PAGE.html(verdict, facts, onward, _look_again(verdict, row, attempt_id, at))


def _verdict(row: Mapping[str, Any]) -> Verdict:
    state = State(row["state"])
    captures = {capture["state"] for capture in row["captures"]}
    if state is not State.PAID and Account.HELD in captures:
        return _HELD
    if state in (State.EXPIRED, State.CANCELLED) and captures:
        return _GOING_BACK if Account.REFUND_DUE in captures else _GONE_BACK
    return _OUTCOMES.get(state, _ASKING)


def _look_again(verdict: Verdict, row: Mapping[str, Any], attempt_id: UUID, at: datetime) -> int | None:
    """Seconds; rarer as time goes by, and never once it is settled."""
    if verdict not in _MAY_CHANGE:
        return None
    begun = next(one["created_at"] for one in row["attempts"] if one["id"] == str(attempt_id))
    age = at - datetime.fromisoformat(begun)
    if age < timedelta(minutes=10):
        return 3
    return 10 if age < timedelta(hours=1) else 60

"""A case's history in sentences a citizen can read, in Chinese and English."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from chassis.clock import SHANGHAI

from .hands import Agent


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history: an edge (with a version and both states) or a note (without).

    `facts` hold no personal data; `texts` are what people wrote.
    """

    version: int | None
    action: str
    from_state: str | None
    to_state: str | None
    actor: str
    officer_id: UUID | None
    at: datetime
    facts: dict[str, Any]
    texts: dict[str, Any]
    agent: Agent | None = None
    """Who acted for the applicant, for whom this is shown to; not kept with it."""

    @property
    def mandate_id(self) -> UUID | None:
        """By which somebody acted for the applicant."""
        found = self.facts.get("mandate_id")
        return UUID(found) if found else None


Sentence = tuple[str, str]
Tell = Callable[[Entry], Sentence]


def sentence(entry: Entry) -> Sentence:
    """What happened, in Chinese and English."""
    return _SENTENCES.get(entry.action, _MOVED_ON)(entry)


def _plain(zh: str, en: str) -> Tell:
    return lambda entry: (zh, en)


def _day_end(iso: str) -> Sentence:
    """A deadline, which is 24:00 of a day in Shanghai: the day it ends, not the one that begins."""
    last = (datetime.fromisoformat(iso) - timedelta(microseconds=1)).astimezone(SHANGHAI)
    return f"{last:%Y年%m月%d日}24时", f"the end of {last:%Y-%m-%d}"


def _yuan(cents: int | None) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents is not None else "?"


def _who(entry: Entry) -> Sentence:
    """The applicant, or somebody for them."""
    if "acted_by" not in entry.facts:
        return "您", "You"
    name = entry.agent.name if entry.agent else None
    return (f"由代理人{name}代您", f"Your agent {name}") if name else ("由代理人代您", "Your agent")


def _submitted(entry: Entry) -> Sentence:
    you, you_en = _who(entry)
    if "response_due_at" not in entry.facts:
        return f"{you}提交了申请。", f"{you_en} submitted the application."
    zh, en = _day_end(entry.facts["response_due_at"])
    return (
        f"{you}提交了申请，承办单位将在 {zh} 前答复是否受理。",
        f"{you_en} submitted the application; the unit answers by {en} whether it is accepted.",
    )


def _withdrawn(entry: Entry) -> Sentence:
    you, you_en = _who(entry)
    return f"{you}撤回了申请；如已缴费，将原路退回。", f"{you_en} withdrew; anything paid is refunded."


def _supplement_requested(entry: Entry) -> Sentence:
    count = entry.facts.get("count", 0)
    zh = f"承办单位一次性告知需要补正 {count} 项内容，补正后重新计算受理期限。"
    en = f"The unit named {count} things to be supplemented; its time to answer starts anew with your answer."
    return (f"{zh}主管说明了再次补正的理由。", en) if "reason" in entry.texts else (zh, en)


def _supplemented(entry: Entry) -> Sentence:
    you, you_en = _who(entry)
    zh, en = _day_end(entry.facts["response_due_at"])
    return (
        f"{you}提交了补正材料，承办单位将在 {zh} 前答复。",
        f"{you_en} sent the supplement; the unit answers by {en}.",
    )


def _accepted(entry: Entry) -> Sentence:
    zh, en = _day_end(entry.facts["promise_due_at"])
    if entry.actor == "clock":
        why_zh = "承办单位逾期未答复，依照行政许可法第三十二条，自收到材料之日起视为受理"
        why_en = (
            "The unit did not answer in time, so by law the application counts as accepted since it came in"
        )
    else:
        why_zh, why_en = "申请已受理", "The application was accepted"
    if entry.facts.get("provisional"):
        return (
            f"{why_zh}，承诺在 {zh} 前作出决定；该年度放假安排尚未公布，此日期可能顺延，届时另行通知。",
            f"{why_en}; a decision is promised by {en}. That year's holidays are not announced yet, so the "
            "date may move; you would be told.",
        )
    return f"{why_zh}，承诺在 {zh} 前作出决定。", f"{why_en}; a decision is promised by {en}."


def _reviewed(entry: Entry) -> Sentence:
    level, levels = entry.facts["level"], entry.facts["levels"]
    return f"第 {level} 级审批通过（共 {levels} 级）。", f"Level {level} of {levels} was approved."


def _in_time(entry: Entry) -> Sentence:
    return (
        ("", "") if entry.facts.get("in_time", True) else ("（超出承诺时限）", " (after the promised date)")
    )


def _approved(entry: Entry) -> Sentence:
    zh, en = _in_time(entry)
    return f"申请已批准{zh}。", f"The application was approved{en}."


def _denied(entry: Entry) -> Sentence:
    zh, en = _in_time(entry)
    return (
        f"申请未获批准{zh}，理由、依据和救济途径见详情。",
        f"The application was denied{en}; see the reason, its basis and what you can do.",
    )


def _payment_requested(entry: Entry) -> Sentence:
    amount, (zh, en) = entry.facts.get("amount_cents"), _day_end(entry.facts["payment_due_at"])
    if amount is None:
        return (
            f"请缴费，金额以开具决定的系统为准；{zh} 前未缴将关闭办件。",
            f"Please pay the sum the issuing system names, by {en}; after that the case is closed.",
        )
    return (
        f"请缴费 {_yuan(amount)} 元；{zh} 前未缴将关闭办件。",
        f"Please pay {_yuan(amount)} yuan by {en}; after that the case is closed.",
    )


def _paid(entry: Entry) -> Sentence:
    amount = _yuan(entry.facts["amount_cents"])
    if "acted_by" in entry.facts:
        you, you_en = _who(entry)
        return f"{you}缴费 {amount} 元，已收到。", f"{you_en} paid {amount} yuan, which arrived."
    return f"已收到缴费 {amount} 元。", f"Your payment of {amount} yuan arrived."


def _postage_paid(entry: Entry) -> Sentence:
    amount = _yuan(entry.facts["amount_cents"])
    if "acted_by" in entry.facts:
        you, you_en = _who(entry)
        return (
            f"{you}支付寄递费 {amount} 元，已收到。",
            f"{you_en} paid {amount} yuan of postage, which arrived.",
        )
    return f"已收到寄递费 {amount} 元。", f"Your postage of {amount} yuan arrived."


_ADDRESSES: Final[dict[str, Sentence]] = {
    "to_applicant": ("寄送地址", "the address for the result"),
    "from_applicant": ("上门取件地址", "the address where the originals are fetched"),
}


def _address_changed(entry: Entry) -> Sentence:
    you, you_en = _who(entry)
    told = [words for way, words in _ADDRESSES.items() if way in entry.facts.get("addresses", ())]
    # Before it was kept which: of the result, in most cases.
    zh, en = zip(*told or [_ADDRESSES["to_applicant"]], strict=True)
    return f"{you}修改了{'和'.join(zh)}。", f"{you_en} changed {' and '.join(en)}."


def _dispatched(entry: Entry) -> Sentence:
    number = entry.facts.get("waybill_no")
    if number:
        return f"已寄出，运单号 {number}。", f"Sent, waybill {number}."
    return "已寄出。", "Sent."


def _reissue(entry: Entry) -> Sentence:
    zh, en = (
        ("快件在寄递中丢失", "The parcel was lost on its way")
        if entry.facts.get("why") == "lost"
        else ("快件在寄递中损坏", "The parcel was damaged on its way")
    )
    return (
        f"{zh}，原凭证已作废；承办单位将重新制作并免费寄送，无需您再次申请。",
        f"{en}. The old document is void; a new one is made and sent free of charge. You need not apply again.",
    )


_CLAIMS: Final[dict[str, Sentence]] = {
    "opened": ("已登记，正在通知快递公司", "was taken in, and the courier is being told"),
    "with_courier": ("快递公司已收到，正在查找", "is with the courier, who looks into it"),
    "compensated": ("快递公司已确认责任", "was admitted by the courier"),
    "refused": ("快递公司不予赔付；请联系承办单位", "was refused by the courier; ask the unit"),
    "found": ("快件已找到", "is settled: the parcel turned up"),
}


def _claimed(entry: Entry) -> Sentence:
    lost, ours = entry.facts.get("kind") == "lost", entry.facts.get("direction") == "from_applicant"
    zh, en = _CLAIMS.get(entry.facts.get("state", ""), ("有新的进展", "went on"))
    parcel, parcel_en = ("材料原件快件", "your originals") if ours else ("快件", "the parcel")
    more, more_en = "", ""
    if ours and entry.facts.get("state") == "compensated":
        more = "；承办单位将联系您补办原件，办件继续办理"
        more_en = "; the unit will help you to replace them, and your case goes on"
    return (
        f"{parcel}的{'丢失' if lost else '损坏'}索赔{zh}{more}。",
        f"The claim that {parcel_en} {'was lost' if lost else 'came damaged'} {en}{more_en}.",
    )


_ENDINGS: Final[dict[str, Sentence]] = {
    "delivered": ("已送达，办件办结。", "Delivered; the case is completed."),
    "collected": ("结果已领取，办件办结。", "Collected; the case is completed."),
    "issued": ("电子结果已出具，办件办结。", "The electronic result was issued; the case is completed."),
    "notified": ("办理结果已告知，办件办结。", "You were told the result; the case is completed."),
    "answered": ("查询已答复，办件办结。", "The query was answered; the case is completed."),
    "booked": ("预约申请已登记。", "The booking request was recorded."),
}


def _completed(entry: Entry) -> Sentence:
    return _ENDINGS[entry.facts["how"]]


def _order_expired(entry: Entry) -> Sentence:
    if entry.facts.get("kind") == "postage":
        return (
            "寄递费订单已过期或已更换，可以重新支付。",
            "The order for the postage expired or was replaced; you can pay again.",
        )
    return "缴费订单已过期，可以重新下单。", "The payment order expired; you can open another."


def _postage_requested(entry: Entry) -> Sentence:
    return (
        f"请支付寄递费 {_yuan(entry.facts['amount_cents'])} 元；收到后寄出办理结果，也可以到窗口领取。",
        f"Please pay {_yuan(entry.facts['amount_cents'])} yuan of postage; then the result is sent. "
        "You may also collect it at the window.",
    )


def _refunded(entry: Entry) -> Sentence:
    amount = _yuan(entry.facts.get("amount_cents"))
    return f"已原路退款 {amount} 元。", f"{amount} yuan were refunded the way they came."


def _payment_not_needed(entry: Entry) -> Sentence:
    amount = _yuan(entry.facts.get("amount_cents"))
    return (
        f"收到缴费 {amount} 元，但办件此时已不需缴费，将自动退回。",
        f"A payment of {amount} yuan arrived when none was due; it is refunded by itself.",
    )


def _receipt_issued(entry: Entry) -> Sentence:
    amount = _yuan(entry.facts.get("amount_cents"))
    return (
        f"财政电子票据已开具，金额 {amount} 元，可以下载。",
        f"The fiscal receipt of {amount} yuan was issued and can be downloaded.",
    )


def _receipt_reversed(entry: Entry) -> Sentence:
    amount = _yuan(entry.facts.get("amount_cents"))
    return (
        f"退款 {amount} 元，红字财政电子票据已开具。",
        f"A red receipt was issued for the {amount} yuan that were refunded.",
    )


# For rows that a newer release wrote, while an older one still runs beside it.
_MOVED_ON: Final = _plain("办件有新的进展。", "The case moved on.")
_SENTENCES: Final[dict[str, Tell]] = {
    "submit": _submitted,
    "request_supplement": _supplement_requested,
    "supplement": _supplemented,
    "accept": _accepted,
    "reject": _plain("申请不予受理，理由和救济途径见详情。", "The application was not accepted; see why."),
    "request_pickup": _plain("将上门收取材料原件。", "A courier will fetch the originals."),
    "review": _reviewed,
    "approve": _approved,
    "deny": _denied,
    "withdraw": _withdrawn,
    "address_changed": _address_changed,
    "request_payment": _payment_requested,
    "request_postage": _postage_requested,
    "pay": _paid,
    "close_unpaid": _plain("逾期未缴费，办件关闭。", "It was not paid in time; the case is closed."),
    "produce": _plain("办理结果已制作完成。", "The result was made."),
    "request_dispatch": _plain("等待快递揽收。", "Waiting for the courier."),
    "dispatch": _dispatched,
    "return": _plain(
        "快件被退回，可修改地址后重新寄送，或到窗口领取。",
        "The parcel came back; correct the address and have it sent again, or collect it at the window.",
    ),
    "reissue": _reissue,
    "parcel_claim": _claimed,
    "deliver": _completed,
    "collect": _completed,
    "complete": _completed,
    "answer": _completed,
    "book": _completed,
    "postage_paid": _postage_paid,
    "order_expired": _order_expired,
    "refunded": _refunded,
    "receipt_issued": _receipt_issued,
    "receipt_reversed": _receipt_reversed,
    "payment_not_needed": _payment_not_needed,
    "parcel_picked_up": _plain("快递公司通知已揽收。", "The courier reported the pick-up."),
    "parcel_delivered": _plain("快递公司通知已送达。", "The courier reported the delivery."),
    "parcel_returned": _plain("快递公司通知快件退回。", "The courier reported a return."),
    "originals_picked_up": _plain("材料原件已由快递揽收。", "The originals were fetched from you."),
    "originals_delivered": _plain("材料原件已送达承办单位。", "The originals reached the unit."),
    "originals_returned": _plain("材料原件已退回给您。", "The originals came back to you."),
    "document_revoked": _plain("已出具的凭证被撤销。", "The issued document was revoked."),
    "claimed": _plain("经办民警已领取办件。", "An officer took the case in hand."),
    "taken_over": _plain("办件由本单位另一名民警接手。", "Another officer of the unit took the case over."),
    "released": _plain("办件退回本单位待办队列。", "The case went back to the unit's queue."),
    "returned_to_queue": _plain(
        "经办民警岗位变动，办件退回本单位待办队列，由其他民警继续办理。",
        "The officer in charge changed post; the case went back to the unit's queue for another to go on.",
    ),
    "opened_by_exception": _plain(
        "其他单位民警说明理由后查阅了本办件，理由见“谁查看过我的办件”。",
        "An officer of another unit opened this case and gave a reason; see who looked at your case.",
    ),
    "reviewed_by_applicant": _plain("您已评价本次办理，感谢您的评价。", "You rated this service. Thank you."),
}

"""What became of a notice, in words for the engineers who sent it: what happened, and what they should do."""

from typing import Final

from chassis.partners import Verdict

from ..domain.readings import NoticeOutcome

OUTCOMES: Final[dict[NoticeOutcome, tuple[Verdict, str, str]]] = {
    NoticeOutcome.APPLIED: (
        Verdict.ACCEPTED,
        "已入账。无需处理。",
        "Booked. Nothing to do.",
    ),
    NoticeOutcome.REPEAT: (
        Verdict.ACCEPTED,
        "同一笔资金此前已经告知，没有重复入账。无需处理。",
        "This money was told of before, and is booked once. Nothing to do.",
    ),
    NoticeOutcome.REFUND_DUE: (
        Verdict.ACCEPTED,
        "已收到。订单已缴清或已关闭，这笔资金将原路退回，请留意我方的退款请求。",
        "Received. The order was paid or closed before, so this money goes back: expect our refund.",
    ),
    NoticeOutcome.SAYS_NOTHING: (
        Verdict.ACCEPTED,
        "已收到。没有需要入账的内容。",
        "Received. It tells of nothing to be booked.",
    ),
    NoticeOutcome.UNMATCHED: (
        Verdict.WAITING,
        "已收到，但单号不是我方开出的，或尚未登记；每 30 秒重试一次。请核对商户订单号。",
        "Received, but the number is not one of ours, or not yet: tried again every 30 s. Check the order number.",
    ),
    NoticeOutcome.UNCONFIRMED: (
        Verdict.WAITING,
        "已收到，凭通知不足以入账，正在向您方查询。请确认查询接口可用。",
        "Received, but no proof enough for money: we are asking you. See that your query interface answers.",
    ),
    NoticeOutcome.HELD: (
        Verdict.HELD,
        "已收到，金额、币种或商户号与订单不符，资金挂账待人工处理。请核对订单。",
        "Received, but sum, currency or merchant is not the order's: held for a person. Check the order.",
    ),
    NoticeOutcome.CONTRADICTION: (
        Verdict.HELD,
        "已收到，与此前就同一笔交易告知的内容不一致，待人工处理。请核对交易。",
        "Received, but it says something else of the same transaction than before. Check the transaction.",
    ),
    NoticeOutcome.UNREADABLE: (
        Verdict.UNREADABLE,
        "签名有效，内容不符合约定格式，待人工处理。请核对必填字段和编码。",
        "The signature holds, the content is not of the agreed form. Check required fields and the charset.",
    ),
}

_REFUSALS: Final = {
    "missing": (
        "缺少签名所需的字段或请求头。请按接口文档补齐后重新推送。",
        "A field or header that the signature needs is missing. Add it and send again.",
    ),
    "unknown_key": (
        "签名所用的密钥编号不是我方登记的。请用登记的密钥签名；若已换钥，请先把新公钥交给平台运维。",
        "Signed under a key id that we do not know. Use the known key, or hand us the new public key first.",
    ),
    "malformed": (
        "签名字段的格式不对，或同一字段出现两次。请检查编码后重新推送。",
        "A field of the signature is malformed or stands twice. Check the encoding and send again.",
    ),
    "stale": (
        "签名时间与我方时钟相差五分钟以上。请校准时钟；重发时请重新签名。",
        "The signed time is five minutes off or more. Set your clock; sign anew when you send again.",
    ),
    "signature": (
        "签名与内容不符。请对发送的原始字节签名，并核对密钥、字段顺序和字符集。",
        "The signature does not fit the content. Sign the very bytes; check key, order of fields and charset.",
    ),
    "sign_type": (
        "签名算法不是约定的。请使用 RSA2。",
        "Not the agreed algorithm. Use RSA2.",
    ),
    "too_large": (
        "内容超过 64 KB。请减小后重新推送。",
        "More than 64 KB. Make it smaller and send again.",
    ),
}


def refused_in_words(cause: str) -> tuple[str, str]:
    return _REFUSALS.get(
        cause,
        (
            "未通过验证。请核对签名后重新推送；仍有问题请联系平台运维并提供请求编号。",
            "Not verified. Check the signature and send again, or tell our operators the request id.",
        ),
    )

"""What became of a push, in words for the engineers who sent it: what happened, and what they should do."""

from typing import Final

from chassis.partners import Verdict as Shown

from courier_svc.domain.tracking import Verdict

VERDICTS: Final[dict[Verdict, tuple[Shown, str, str]]] = {
    Verdict.APPLIED: (
        Shown.ACCEPTED,
        "已采用，寄递状态已更新。无需处理。",
        "Applied: the parcel moved. Nothing to do.",
    ),
    Verdict.RECORDED: (
        Shown.ACCEPTED,
        "已记入轨迹，状态不变：早于已知的状态，或代码不表示状态变化。",
        "Kept in the trace; it moves nothing: older than what is known, or its code means no step.",
    ),
    Verdict.HINT: (
        Shown.WAITING,
        "已收到，推送本身不足为凭，正在查询您方轨迹接口。请确认轨迹查询可用。",
        "Received; a push alone proves too little, so your traces are asked. See that the query answers.",
    ),
    Verdict.HELD: (
        Shown.WAITING,
        "已收到，但单号不是我方下的单，或尚未登记；每分钟重试。请核对客户订单号和运单号。",
        "Received, but no order of ours has this number (yet): tried each minute. Check order and waybill number.",
    ),
    Verdict.CONTRADICTION: (
        Shown.HELD,
        "已收到，与已知状态矛盾（如妥投后又退回），已告知承办单位。请核对轨迹，可重新处理以再次查询。",
        "Received, but it contradicts what is known; the unit is told. Check the traces; re-drive to have them asked.",
    ),
    Verdict.UNCONFIRMED: (
        Shown.HELD,
        "轨迹查询中没有这一条，未采用。请核对轨迹接口，可重新处理以再次查询。",
        "Your traces did not bear it out, so it was not used. Check them; re-drive to have them asked again.",
    ),
    Verdict.UNREADABLE: (
        Shown.UNREADABLE,
        "来源有效，内容不符合约定格式。请核对必填字段、时间格式和编码。",
        "It is yours, but not of the agreed form. Check required fields, the form of times and the charset.",
    ),
}

REFUSALS: Final = {
    "not_json": (
        "内容不是 JSON 对象。请按接口文档推送。",
        "The content is no JSON object. Send what the interface says.",
    ),
    "no_envelope": (
        "缺少加密报文 logitcsInterface。请按接口文档加密后推送。",
        "There is no logitcsInterface in it. Encrypt as the interface says and send again.",
    ),
    "envelope": (
        "报文不能用我方密钥解密。请核对 SM4 密钥；若已换钥，请先告知平台运维。",
        "The envelope does not open with our keys. Check the SM4 key; tell our operators first when you change it.",
    ),
    "address": (
        "推送地址中的密钥不正确或已过期。请使用本页签发的现行地址。",
        "The secret at the end of the address is wrong or has ended. Push to the address that is valid now.",
    ),
}
UNKNOWN_REFUSAL: Final = (
    "未通过验证。请核对后重新推送；仍有问题请联系平台运维并提供请求编号。",
    "Not verified. Check and send again, or tell our operators the request id.",
)

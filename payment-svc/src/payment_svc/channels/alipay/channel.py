"""Alipay as a payment channel."""

from typing import Final

from chassis.clock import now

from ...application.channel_port import (
    Closing,
    Delivery,
    NoticeRefused,
    PayLink,
    PaymentRequest,
    PayWay,
    RefundRequest,
    Replies,
    Reply,
    Scene,
)
from ...domain.errors import ChannelDown, ChannelRefused
from ...domain.readings import Notice, PaymentReading, PaymentStatus, RefundReading, RefundStatus
from ..authentic import NotAuthentic
from ..reading import must_be_about, readable, refuse
from . import notices
from .client import AlipayClient
from .mapping import beijing, fen, moment, payment_reading, yuan
from .signing import AlipayKeys

_SUBJECT_MAX: Final = 256
_REASON_MAX: Final = 256
_TEXT: Final = "text/plain"
_ABSENT: Final = "ACQ.TRADE_NOT_EXIST"
_ENDED: Final = frozenset({"ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"})
_PAGES: Final = {
    Scene.WEB: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    Scene.MOBILE: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}


class AlipayChannel:
    """Implements `application.channel_port.PaymentChannel`."""

    scenes = frozenset({Scene.WEB, Scene.MOBILE, Scene.QR})
    replies = Replies(
        accepted=Reply(200, b"success", _TEXT),
        refused=Reply(401, b"fail", _TEXT),
        later=Reply(503, b"fail", _TEXT),
    )

    def __init__(
        self,
        name: str,
        merchant_id: str,
        client: AlipayClient,
        alipay: AlipayKeys,
        notify_url: str,
        return_url: str,
    ) -> None:
        self.name = name
        self.merchant_id = merchant_id
        self._client = client
        self._alipay = alipay
        self._notify_url = notify_url
        self._return_url = return_url

    async def create(self, request: PaymentRequest) -> PayLink:
        """A page is only an address: the trade begins when the payer opens it, and until then a query finds none."""
        content = {
            "out_trade_no": request.number,
            "total_amount": yuan(request.amount_cents),
            "subject": request.description[:_SUBJECT_MAX],
            "time_expire": beijing(request.expires_at),
        }
        if request.scene in _PAGES:
            method, product = _PAGES[request.scene]
            content["product_code"] = product
            back = f"{self._return_url}/{request.number}"
            link = self._client.page(method, content, notify_url=self._notify_url, return_url=back)
            return PayLink(link)
        answer = await self._client.call("alipay.trade.precreate", content, notify_url=self._notify_url)
        if answer.code in _ENDED:
            return PayLink(None)
        refuse(self.name, answer.code)
        must_be_about(self.name, request.number, answer.body.get("out_trade_no"))
        code = answer.body.get("qr_code")
        if not isinstance(code, str) or not code:
            raise ChannelDown(self.name, "no qr_code")
        return PayLink(code)

    def needs_openid_of(self, scene: Scene) -> str | None:
        return None

    def way(self, scene: Scene, link: str) -> PayWay:
        return PayWay(qr_content=link) if scene is Scene.QR else PayWay(pay_url=link)

    async def query(self, number: str) -> PaymentReading:
        answer = await self._client.call("alipay.trade.query", {"out_trade_no": number})
        if answer.code == _ABSENT:
            return PaymentReading(number, PaymentStatus.ABSENT)
        refuse(self.name, answer.code)
        must_be_about(self.name, number, answer.body.get("out_trade_no"))
        with readable(self.name):
            return payment_reading(answer.body, self.merchant_id, "send_pay_date")

    async def close(self, number: str) -> Closing:
        """A page nobody opened, or a code nobody scanned, is no trade to be closed: its own time ends it."""
        answer = await self._client.call("alipay.trade.close", {"out_trade_no": number})
        match answer.code:
            case None | "ACQ.TRADE_NOT_EXIST":
                return Closing.CLOSED
            case "ACQ.TRADE_STATUS_ERROR" | "ACQ.REASON_TRADE_STATUS_INVALID" | "ACQ.REASON_ILLEGAL_STATUS":
                return Closing.PAID
            case code:
                raise ChannelRefused(self.name, code)

    async def refund(self, request: RefundRequest) -> RefundReading:
        """`fund_change=Y` says that this call moved the money; N, that it did not: an earlier one may have.

        `refund_fee` is everything given back of the trade so far, and is not looked at.
        """
        answer = await self._client.call(
            "alipay.trade.refund",
            {
                "out_trade_no": request.payment_number,
                "trade_no": request.transaction_id,
                "refund_amount": yuan(request.amount_cents),
                "out_request_no": request.number,
                "refund_reason": request.reason[:_REASON_MAX],
            },
        )
        refuse(self.name, answer.code)
        must_be_about(self.name, request.payment_number, answer.body.get("out_trade_no"))
        if answer.body.get("fund_change") == "Y":
            done_at = moment(answer.body.get("gmt_refund_pay"))
            return RefundReading(
                request.number, RefundStatus.SUCCEEDED, None, request.amount_cents, done_at or now()
            )
        known = await self.query_refund(request.number, request.payment_number)
        if known.status is RefundStatus.ABSENT:
            return RefundReading(request.number, RefundStatus.PROCESSING)
        return known

    async def query_refund(self, number: str, payment_number: str) -> RefundReading:
        """Code 10000 alone says nothing of the refund: without `refund_status` there is none (yet)."""
        answer = await self._client.call(
            "alipay.trade.fastpay.refund.query",
            {
                "out_trade_no": payment_number,
                "out_request_no": number,
                "query_options": ["gmt_refund_pay"],
            },
        )
        if answer.code == _ABSENT:
            return RefundReading(number, RefundStatus.ABSENT)
        refuse(self.name, answer.code)
        if answer.body.get("out_request_no") != number:
            return RefundReading(number, RefundStatus.ABSENT)
        if answer.body.get("refund_status") != "REFUND_SUCCESS":
            return RefundReading(number, RefundStatus.PROCESSING)
        with readable(self.name):
            return RefundReading(
                number,
                RefundStatus.SUCCEEDED,
                None,
                fen(answer.body, "refund_amount"),
                moment(answer.body.get("gmt_refund_pay")),
            )

    def verify(self, delivery: Delivery) -> Notice:
        try:
            self._alipay.prove_notice(notices.fields_of(delivery.body))
        except NotAuthentic as error:
            raise NoticeRefused(error.cause) from error
        return notices.read(delivery.body, now())

    def read_return(self, query: bytes) -> str | None:
        """Signed as a notice is. Without a signature it is our own address, opened once more."""
        try:
            fields = notices.fields_of(query)
            if b"sign" not in fields:
                return None
            self._alipay.prove_notice(fields)
        except NotAuthentic as error:
            raise NoticeRefused(error.cause) from error
        return fields.get(b"out_trade_no", b"").decode("latin-1")

    def read_kept(self, body: bytes) -> Notice:
        return notices.read(body, now())

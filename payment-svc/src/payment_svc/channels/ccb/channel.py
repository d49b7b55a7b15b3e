"""CCB as a payment channel."""

from typing import Final

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
from ...domain.errors import ChannelRefused
from ...domain.readings import Notice, PaymentReading, PaymentStatus, RefundReading, RefundStatus
from ..authentic import NotAuthentic
from ..reading import must_be_about, readable, refuse
from .client import Answer, CcbClient, Counter
from .mapping import PAYMENT, beijing, merchant_of, order_id_of, payment_reading, refund_reading, yuan
from .notices import NoticeReader
from .signing import CounterKeys, js_escape, mac

_PURPOSE_MAX: Final = 40
_TEXT: Final = "text/plain"
_WEB: Final = "520100"


class CcbChannel:
    """Implements `application.channel_port.PaymentChannel`."""

    scenes = frozenset({Scene.WEB, Scene.MOBILE})
    replies = Replies(
        accepted=Reply(200, b"success", _TEXT),
        refused=Reply(401, b"fail", _TEXT),
        later=Reply(503, b"fail", _TEXT),
    )

    def __init__(
        self,
        name: str,
        page_url: str,
        counter: Counter,
        key: CounterKeys,
        client: CcbClient,
        reader: NoticeReader,
    ) -> None:
        self.name = name
        self.merchant_id = merchant_of(counter.pos, counter.branch)
        self._page_url = page_url
        self._counter = counter
        self._key = key
        self._client = client
        self._reader = reader

    async def create(self, request: PaymentRequest) -> PayLink:
        """An address with a MAC: the bank hears of the order when the payer opens it. No notice address is in it."""
        counter = self._counter
        before = [
            ("MERCHANTID", counter.merchant),
            ("POSID", counter.pos),
            ("BRANCHID", counter.branch),
            ("ORDERID", order_id_of(request.number)),
            ("PAYMENT", yuan(request.amount_cents)),
            ("CURCODE", "01"),
            ("TXCODE", _WEB),
            ("REMARK1", ""),
            ("REMARK2", ""),
            ("TYPE", "1"),
        ]
        after = [
            ("GATEWAY", ""),
            ("CLIENTIP", ""),  # the address is kept with the attempt: nobody's IP belongs there
            ("REGINFO", ""),
            ("PROINFO", js_escape(request.description[:_PURPOSE_MAX])),
            ("REFERER", ""),
            ("TIMEOUT", beijing(request.expires_at)),
        ]
        signed = mac([*before, ("PUB", self._key.pub), *after])  # PUB is counted, and never sent
        query = "&".join(f"{name}={value}" for name, value in [*before, *after, ("MAC", signed)])
        return PayLink(f"{self._page_url}?{query}")

    def needs_openid_of(self, scene: Scene) -> str | None:
        return None

    def way(self, scene: Scene, link: str) -> PayWay:
        return PayWay(pay_url=link)

    async def query(self, number: str) -> PaymentReading:
        answer = await self._client.call("QUERY", ORDERID=order_id_of(number))
        if answer.code == "ORDER_NOT_EXIST":
            return PaymentReading(number, PaymentStatus.ABSENT)
        refuse(self.name, answer.code)
        with readable(self.name):
            status = PAYMENT.get(answer.body.get("STATUS", ""), PaymentStatus.PENDING)
            reading = payment_reading(answer.body, status, "PAID_AT")
        must_be_about(self.name, number, reading.number)
        return reading

    async def close(self, number: str) -> Closing:
        """A page nobody opened is no order to be closed: its TIMEOUT ends it."""
        answer = await self._client.call("CLOSE", ORDERID=order_id_of(number))
        match answer.code:
            case None | "ORDER_NOT_EXIST":
                return Closing.CLOSED
            case "ORDER_PAID":
                return Closing.PAID
            case "USER_PAYING":
                return Closing.BUSY
            case code:
                raise ChannelRefused(self.name, code)

    async def refund(self, request: RefundRequest) -> RefundReading:
        order_id = order_id_of(request.payment_number)
        _, _, serial = request.transaction_id.partition("/")  # a second payment, which only a bill told of
        answer = await self._client.call(
            "REFUND",
            ORDERID=order_id,
            REFUND_NO=request.number,
            MONEY=yuan(request.amount_cents),
            **({"PAYMENT_SN": serial} if serial else {}),
        )
        return self._refund_in(answer, request.number)

    async def query_refund(self, number: str, payment_number: str) -> RefundReading:
        answer = await self._client.call(
            "REFUND_QUERY", ORDERID=order_id_of(payment_number), REFUND_NO=number
        )
        if answer.code == "REFUND_NOT_EXIST":
            return RefundReading(number, RefundStatus.ABSENT)
        return self._refund_in(answer, number)

    def verify(self, delivery: Delivery) -> Notice:
        try:
            self._reader.prove(delivery.query)
        except NotAuthentic as error:
            raise NoticeRefused(error.cause) from error
        return self._reader.read(delivery.query)

    def read_return(self, query: bytes) -> str | None:
        """The bank knows our address and nothing of the order's: the signed query alone names it."""
        if not query:
            return None
        try:
            return self._reader.returned(query)
        except NotAuthentic as error:
            raise NoticeRefused(error.cause) from error

    def read_kept(self, body: bytes) -> Notice:
        return self._reader.read(body)

    def _refund_in(self, answer: Answer, number: str) -> RefundReading:
        refuse(self.name, answer.code)
        with readable(self.name):
            reading = refund_reading(answer.body)
        must_be_about(self.name, number, reading.number)
        return reading

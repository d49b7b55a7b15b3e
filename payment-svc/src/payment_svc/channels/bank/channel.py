"""The bank as a payment channel."""

from chassis.clock import SHANGHAI

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
from ..reading import readable, refuse
from . import notices
from .client import Answer, BankClient
from .mapping import PAYMENT, payment_reading, refund_reading
from .signing import BankKeys

_DESCRIPTION_MAX = 127
_JSON = "application/json"


class BankChannel:
    """Implements `application.channel_port.PaymentChannel`."""

    scenes = frozenset({Scene.WEB, Scene.MOBILE})
    replies = Replies(
        accepted=Reply(200, b'{"code":"SUCCESS"}', _JSON),
        refused=Reply(401, b'{"code":"FAIL","message":"not verified"}', _JSON),
        later=Reply(503, b'{"code":"FAIL","message":"try again"}', _JSON),
    )

    def __init__(
        self,
        name: str,
        client: BankClient,
        bank: BankKeys,
        merchant_id: str,
        notify_url: str,
        return_url: str,
    ) -> None:
        self.name = name
        self.merchant_id = merchant_id
        self._client = client
        self._bank = bank
        self._notify_url = notify_url
        self._return_url = return_url

    async def create(self, request: PaymentRequest) -> PayLink:
        answer = await self._client.call(
            "POST",
            "/orders",
            {
                "out_trade_no": request.number,
                "amount_cents": request.amount_cents,
                "currency": "CNY",
                "description": request.description[:_DESCRIPTION_MAX],
                "notify_url": self._notify_url,
                "return_url": f"{self._return_url}/{request.number}",
                "expires_at": request.expires_at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
            },
        )
        refuse(self.name, answer.code)
        is_open = PAYMENT.get(str(answer.body.get("state")), PaymentStatus.PENDING) is PaymentStatus.PENDING
        pay_url = answer.body.get("pay_url")
        if is_open and not isinstance(pay_url, str):
            raise ChannelDown(self.name, "no pay_url")
        return PayLink(pay_url if is_open else None)

    def needs_openid_of(self, scene: Scene) -> str | None:
        return None

    def way(self, scene: Scene, link: str) -> PayWay:
        return PayWay(pay_url=link)

    async def query(self, number: str) -> PaymentReading:
        answer = await self._client.call("GET", f"/orders/{number}")
        if answer.code == "ORDER_NOT_EXIST":
            return PaymentReading(number, PaymentStatus.ABSENT)
        refuse(self.name, answer.code)
        with readable(self.name):
            return payment_reading(
                answer.body, str(answer.body.get("state")), str(answer.body.get("merchant_id"))
            )

    async def close(self, number: str) -> Closing:
        answer = await self._client.call("POST", f"/orders/{number}/close", {})
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
        answer = await self._client.call(
            "POST",
            "/refunds",
            {
                "out_refund_no": request.number,
                "out_trade_no": request.payment_number,
                "transaction_id": request.transaction_id,
                "refund_cents": request.amount_cents,
                "total_cents": request.total_cents,
                "reason": request.reason,
                "notify_url": self._notify_url,
            },
        )
        return self._refund_in(answer)

    async def query_refund(self, number: str, payment_number: str) -> RefundReading:
        answer = await self._client.call("GET", f"/refunds/{number}")
        if answer.code == "REFUND_NOT_EXIST":
            return RefundReading(number, RefundStatus.ABSENT)
        return self._refund_in(answer)

    def verify(self, delivery: Delivery) -> Notice:
        try:
            self._bank.prove(delivery.headers, delivery.body)
        except NotAuthentic as error:
            raise NoticeRefused(error.cause) from error
        return notices.read(delivery.body)

    def read_return(self, query: bytes) -> str | None:
        return None  # the browser brings nothing but the number we gave

    def read_kept(self, body: bytes) -> Notice:
        return notices.read(body)

    def _refund_in(self, answer: Answer) -> RefundReading:
        refuse(self.name, answer.code)
        with readable(self.name):
            return refund_reading(answer.body, str(answer.body.get("status")))

"""WeChat Pay as a payment channel."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

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
from ..reading import must_be_about, readable, refuse
from .client import Answer, WeChatPayClient
from .mapping import payment_reading, refund_reading
from .notices import NoticeReader
from .signing import MerchantKey, ProviderKeys

_JSON: Final = "application/json"
_DESCRIPTION_MAX_BYTES: Final = 127
_REASON_MAX_BYTES: Final = 80
_ENDED: Final = frozenset({"ORDERPAID", "ORDER_CLOSED", "ORDERCLOSED", "OUT_TRADE_NO_USED"})
"""The number is used up: what became of it is asked by query."""
_PRODUCT: Final = {
    Scene.MINI_PROGRAM: ("jsapi", "prepay_id"),
    Scene.IN_WECHAT: ("jsapi", "prepay_id"),
    Scene.QR: ("native", "code_url"),
    Scene.MOBILE: ("h5", "h5_url"),
}
"""By scene: the product, and the field of its answer that the payer pays with."""


@dataclass(frozen=True, slots=True)
class Apps:
    """Appids bound to the merchant, and what the payer is shown on the way out of a phone's browser."""

    mini_program: str
    official_account: str
    name: str
    url: str

    def of(self, scene: Scene) -> str:
        return self.mini_program if scene is Scene.MINI_PROGRAM else self.official_account


class WeChatPayChannel:
    """Implements `application.channel_port.PaymentChannel`, for one merchant."""

    scenes = frozenset(_PRODUCT)
    replies = Replies(
        accepted=Reply(204, b"", _JSON),
        refused=Reply(401, b'{"code":"FAIL","message":"not verified"}', _JSON),
        later=Reply(503, b'{"code":"FAIL","message":"try again"}', _JSON),
    )

    def __init__(
        self,
        name: str,
        merchant_id: str,
        client: WeChatPayClient,
        merchant: MerchantKey,
        provider: ProviderKeys,
        reader: NoticeReader,
        apps: Apps,
        notify_url: str,
        return_url: str,
    ) -> None:
        self.name = name
        self.merchant_id = merchant_id
        self._client = client
        self._merchant = merchant
        self._provider = provider
        self._reader = reader
        self._apps = apps
        self._notify_url = notify_url
        self._return_url = return_url

    async def create(self, request: PaymentRequest) -> PayLink:
        product, field = _PRODUCT[request.scene]
        answer = await self._client.call("POST", f"/v3/pay/transactions/{product}", self._order(request))
        if answer.code in _ENDED:
            return PayLink(None)
        refuse(self.name, answer.code)
        link = answer.body.get(field)
        if not isinstance(link, str):
            raise ChannelDown(self.name, f"no {field}")
        if request.scene is Scene.MOBILE:
            back = quote(f"{self._return_url}/{request.number}", safe="")
            link = f"{link}{'&' if '?' in link else '?'}redirect_url={back}"
        return PayLink(link)

    def _order(self, request: PaymentRequest) -> dict[str, Any]:
        appid = self._apps.of(request.scene)
        order: dict[str, Any] = {
            "appid": appid,
            "mchid": self.merchant_id,
            "description": _cut(request.description, _DESCRIPTION_MAX_BYTES),
            "out_trade_no": request.number,
            "time_expire": request.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "notify_url": self._notify_url,
            "amount": {"total": request.amount_cents, "currency": "CNY"},
        }
        if request.scene in (Scene.MINI_PROGRAM, Scene.IN_WECHAT):
            order["payer"] = {"openid": request.payer.openid}
        if request.scene is Scene.MOBILE:
            h5 = {"type": "Wap", "app_name": self._apps.name, "app_url": self._apps.url}
            order["scene_info"] = {"payer_client_ip": request.payer.ip, "h5_info": h5}
        return order

    def needs_openid_of(self, scene: Scene) -> str | None:
        return self._apps.of(scene) if scene in (Scene.MINI_PROGRAM, Scene.IN_WECHAT) else None

    def way(self, scene: Scene, link: str) -> PayWay:
        if scene is Scene.QR:
            return PayWay(qr_content=link)
        if scene is Scene.MOBILE:
            return PayWay(pay_url=link)
        return PayWay(jsapi=self._merchant.jsapi(self._apps.of(scene), link))

    async def query(self, number: str) -> PaymentReading:
        path = f"/v3/pay/transactions/out-trade-no/{quote(number)}?mchid={self.merchant_id}"
        answer = await self._client.call("GET", path)
        if answer.code in ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"):
            return PaymentReading(number, PaymentStatus.ABSENT)
        refuse(self.name, answer.code)
        with readable(self.name):
            reading = payment_reading(answer.body)
        must_be_about(self.name, number, reading.number)
        return reading

    async def close(self, number: str) -> Closing:
        path = f"/v3/pay/transactions/out-trade-no/{quote(number)}/close"
        answer = await self._client.call("POST", path, {"mchid": self.merchant_id})
        match answer.code:
            case None | "ORDER_NOT_EXIST" | "ORDERNOTEXIST" | "ORDER_CLOSED" | "ORDERCLOSED":
                return Closing.CLOSED
            case "ORDERPAID" | "ORDER_PAID":
                return Closing.PAID
            case "USERPAYING":
                return Closing.BUSY
            case code:
                raise ChannelRefused(self.name, code)

    async def refund(self, request: RefundRequest) -> RefundReading:
        answer = await self._client.call(
            "POST",
            "/v3/refund/domestic/refunds",
            {
                "out_trade_no": request.payment_number,
                "transaction_id": request.transaction_id,
                "out_refund_no": request.number,
                "reason": _cut(request.reason, _REASON_MAX_BYTES),
                "notify_url": self._notify_url,
                "amount": {
                    "refund": request.amount_cents,
                    "total": request.total_cents,
                    "currency": "CNY",
                },
            },
        )
        return self._refund_in(answer, request.number)

    async def query_refund(self, number: str, payment_number: str) -> RefundReading:
        answer = await self._client.call("GET", f"/v3/refund/domestic/refunds/{quote(number)}")
        if answer.code == "RESOURCE_NOT_EXISTS":
            return RefundReading(number, RefundStatus.ABSENT)
        return self._refund_in(answer, number)

    def verify(self, delivery: Delivery) -> Notice:
        try:
            self._provider.prove(delivery.headers, delivery.body)
        except NotAuthentic as error:
            raise NoticeRefused(error.cause) from error
        return self._reader.read(delivery.body)

    def read_return(self, query: bytes) -> str | None:
        return None  # the browser brings nothing but the address we gave

    def read_kept(self, body: bytes) -> Notice:
        return self._reader.read(body)

    def _refund_in(self, answer: Answer, number: str) -> RefundReading:
        refuse(self.name, answer.code)
        with readable(self.name):
            reading = refund_reading(answer.body, answer.body.get("status"))
        must_be_about(self.name, number, reading.number)
        return reading


def _cut(words: str, most: int) -> str:
    """At most `most` bytes of UTF-8, without half a character."""
    return words.encode()[:most].decode(errors="ignore")

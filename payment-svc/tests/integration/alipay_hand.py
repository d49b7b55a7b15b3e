"""Signs whatever a test wants as Alipay would, and opens pages as a payer would."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

from chassis.clock import SHANGHAI
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Json = dict[str, Any]
TREASURY = ("2088006101000001", "2021006101000001")


def beijing(ago: timedelta = timedelta()) -> str:
    return (datetime.now(SHANGHAI) - ago).strftime("%Y-%m-%d %H:%M:%S")


class AlipayHand:
    def __init__(self, payments: Any) -> None:
        self.payments = payments
        self.world = payments.world
        pem = (self.world.keys / "alipay.private.pem").read_bytes()
        self.key = load_pem_private_key(pem, password=None)

    async def start(self, order_id: str, scene: str = "web") -> Json:
        body = {"channel": "alipay", "scene": scene}
        answer = await self.payments.citizen.post(f"/orders/{order_id}/attempts", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def opened(self, order_id: str, scene: str = "web") -> tuple[str, str]:
        """The payer opens the page; the number at Alipay, and the cashier."""
        attempt = await self.start(order_id, scene)
        page = await self.world.http.get(attempt["pay_url"])
        assert page.status_code == 302, page.text
        return UUID(attempt["id"]).hex, page.headers["location"]

    async def paid(self, order_id: str, scene: str = "web") -> str:
        number, cashier = await self.opened(order_id, scene)
        await self.world.pay(cashier)
        return number

    async def fault(self, **faults: Any) -> None:
        await self.world.control("PUT", "/faults/alipay", faults)

    async def delivered(self) -> None:
        async def nothing_pending() -> bool:
            return not await self.world.notices(partner="alipay", state="PENDING")

        await self.world.until(nothing_pending)

    def success(self, number: str, **changes: str | None) -> Json:
        """A notice's fields; None takes one away."""
        seller, app = TREASURY
        fields = {
            "notify_time": beijing(),
            "notify_type": "trade_status_sync",
            "notify_id": uuid4().hex,
            "app_id": app,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": f"2026{uuid4().int % 10**24}",
            "out_trade_no": number,
            "seller_id": seller,
            "trade_status": "TRADE_SUCCESS",
            "total_amount": "20.00",
            "subject": "居民身份证工本费 & a=b+c %",
            "gmt_payment": beijing(),
        } | changes
        return {name: value for name, value in fields.items() if value is not None}

    def signed(self, fields: Json, *, key: Any = None) -> bytes:
        charset = fields.get("charset", "utf-8")
        try:
            "".encode(charset)
        except LookupError:
            charset = "utf-8"
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode(charset)
        signature = b64encode((key or self.key).sign(text, PKCS1v15(), SHA256())).decode()
        return urlencode(fields | {"sign_type": "RSA2", "sign": signature}, encoding=charset).encode()

    async def post(self, body: bytes, payee: str = "treasury") -> Any:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.payments.svc.client.post(
            f"/webhooks/payments/alipay/{payee}", content=body, headers=headers
        )

    async def outcomes(self) -> list[str]:
        async with self.payments.svc.uow() as uow:
            return [row["outcome"] for row in await uow.fetch("SELECT outcome FROM notice ORDER BY id")]

    async def number_of_attempt(self, order_id: str) -> str:
        return UUID((await self.start(order_id))["id"]).hex


def params_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))

"""Every channel, in each scene it offers: what `test_behaviour.py` is run against."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from payment_svc.channels.ccb.mapping import order_id_of


@dataclass(frozen=True)
class Way:
    """A channel and a scene, and which part of an answer the payer pays with there."""

    channel: str
    scene: str
    given: str
    is_dated: bool = True
    """Its notices carry the time of sending in what is signed, and a day-old one is refused."""
    is_opened: bool = False
    """The provider hears of it when the payer opens the page."""
    is_confirmed: bool = False
    """No notice is believed: the provider is asked about each."""
    names_payments: bool = True
    """It has a number of its own for each payment; else an order's number stands for it, and is paid once."""

    def __str__(self) -> str:
        return f"{self.channel}-{self.scene}"


WAYS = [
    Way("bank", "web", "pay_url"),
    Way("wechat_pay", "qr", "qr_content"),
    Way("wechat_pay", "mobile", "pay_url"),
    Way("wechat_pay", "mini_program", "jsapi"),
    *(
        Way("ccb", scene, "pay_url", is_dated=False, is_opened=True, is_confirmed=True, names_payments=False)
        for scene in ("mobile", "web")
    ),
    Way("alipay", "qr", "qr_content", is_dated=False),
    Way("alipay", "mobile", "pay_url", is_dated=False, is_opened=True),
    Way("alipay", "web", "pay_url", is_dated=False, is_opened=True),
]
CHANNELS = list({way.channel: way for way in WAYS}.values())
"""One way of each channel: what is decided by notices, queries and refunds is the same in every scene."""


class Story:
    """An order of a citizen who pays it in one way."""

    def __init__(self, payments: Any, way: Way) -> None:
        self.payments, self.world, self.way = payments, payments.world, way
        self.order_id = self.number = ""

    async def begin(self, **options: Any) -> dict[str, Any]:
        """Opens an order and starts to pay it; what the payer was given."""
        order = await self.payments.opened(**options)
        self.order_id, self.case_id = order["id"], order["case_id"]
        return await self.start()

    async def start(self) -> dict[str, Any]:
        answer = await self.asks()
        assert answer.status_code == 201, answer.text
        number = UUID(answer.json()["id"]).hex
        self.number = order_id_of(number) if self.way.channel == "ccb" else number
        if self.way.is_opened:
            await self.world.open(answer.json()["pay_url"])
        return answer.json()

    async def asks(self) -> Any:
        body = {"channel": self.way.channel, "scene": self.way.scene}
        return await self.payments.citizen.post(f"/orders/{self.order_id}/attempts", body)

    async def pays(self) -> None:
        await self.world.pay_number(self.number)

    async def paid(self, **options: Any) -> None:
        """Begun, paid, and told of."""
        await self.begin(**options)
        await self.pays()
        await self.world.delivered()

    async def order(self) -> dict[str, Any]:
        return await self.payments.citizen.order(self.order_id)

    async def seen(self) -> tuple[str, list[str]]:
        """The order's state, and where each of its moneys stands."""
        order = await self.order()
        return order["state"], [money["state"] for money in order["money"]]

    async def paid_events(self) -> int:
        return (await self.payments.told()).count("payment.order.paid")


@pytest.fixture
async def story(payments, request):
    way: Way = request.param
    payments.world.channel = way.channel
    payments.world.afterwards = payments.run  # a notice may need a query before it is believed
    users = (await payments.world.control("GET", "/wechat"))["users"]
    settings = payments.world.sandbox.settings
    payments.world.openids = {
        settings.wechat_mini: users[0]["openids"]["mini"],
        settings.wechat_official: users[0]["openids"]["official"],
    }
    return Story(payments, way)


in_every_way = pytest.mark.parametrize("story", WAYS, indirect=True, ids=str)
on_every_channel = pytest.mark.parametrize("story", CHANNELS, indirect=True, ids=str)

"""WeChat Pay as a partner of the sandbox: keys, merchants, desks, routes."""

from typing import Final

from starlette.routing import Route

from ..acquirer.acquirer import Acquirer, Office
from ..edge import Edge
from ..keys import KeyRing
from ..settings import PartnersSettings
from ..wechat.people import WeChatPeople
from . import api
from .notices import WeChatPayDialect, WeChatPaySender
from .signing import Merchant, PlatformKey, WeChatPayGate

PLATFORM_KEY_ID: Final = "PUB_KEY_ID_0161010000000000000001"
SERIALS: Final = {
    "treasury": "6101000000000000000000000000000000000001",
    "postal": "6101000000000000000000000000000000000002",
}


class WeChatPay:
    def __init__(
        self, settings: PartnersSettings, keys: KeyRing, office: Office, people: WeChatPeople
    ) -> None:
        ids = {"treasury": settings.wechat_pay_treasury, "postal": settings.wechat_pay_postal}
        merchants = {
            mchid: Merchant(
                mchid,
                SERIALS[account],
                keys.rsa_public(f"wechat-pay-{account}"),
                keys.secret(f"wechat-pay-{account}-v3"),
            )
            for account, mchid in ids.items()
        }
        key = PlatformKey(keys.rsa_private("wechat-pay"), PLATFORM_KEY_ID)
        appids = frozenset({settings.wechat_mini, settings.wechat_official})
        self.sender = WeChatPaySender(key, office.board)
        self.acquirer = Acquirer.open("wechat_pay", office, WeChatPayDialect(settings.wechat_mini, merchants))
        self._edge = Edge("wechat_pay", WeChatPayGate(merchants), office.board, key, settings.public_url)
        self._appids = appids
        self._people = people

    def routes(self) -> list[Route]:
        return api.routes(self._edge, self.acquirer, self._appids, self._people.knows)

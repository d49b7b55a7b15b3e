"""What a session's client is, in short: `Chrome · Windows`, `微信小程序 · iOS`.

Made from the User-Agent, which itself is not kept. It tells its owner one device from another and proves nothing:
everybody can call themselves anything.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

_PROGRAMS: Final = (
    ("miniProgram", "微信小程序"),
    ("MicroMessenger", "微信"),
    ("AlipayClient", "支付宝"),
    ("DingTalk", "钉钉"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("MQQBrowser", "QQ浏览器"),
    ("QQBrowser", "QQ浏览器"),
    ("UCBrowser", "UC浏览器"),
    ("360SE", "360浏览器"),
    ("360EE", "360浏览器"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""What stands in the text → its name. The first that is found: most browsers claim to be Chrome and Safari too."""
_SYSTEMS: Final = (
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_ENGLISH: Final = {
    "微信小程序": "WeChat mini-program",
    "微信": "WeChat",
    "支付宝": "Alipay",
    "钉钉": "DingTalk",
    "华为浏览器": "Huawei Browser",
    "小米浏览器": "Mi Browser",
    "QQ浏览器": "QQ Browser",
    "UC浏览器": "UC Browser",
    "360浏览器": "360 Browser",
}
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,23}(?=/|$)")


@dataclass(frozen=True, slots=True)
class Client:
    """Who opens a session from where. `address`: as for limits, of IPv6 the /64; `device` None: it did not say."""

    address: str
    device: str | None = None

    @property
    def mark(self) -> str:
        """The same for the same kind of device in the same part of the network, by which one is known again."""
        return f"{self.device or ''}@{self.network}"

    @property
    def network(self) -> str:
        """The part of the network it is in."""
        return _network(self.address)


def device_of(user_agent: str) -> str | None:
    """Program and system; of a program that is no browser the name alone (`curl`). None for what says nothing."""
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if program is None and not user_agent.startswith("Mozilla/"):
        product = _PRODUCT.match(user_agent)
        program = product[0] if product else None
    return " · ".join(part for part in (program, system) if part) or None


def in_english(device: str) -> str:
    program, dot, system = device.partition(" · ")
    return _ENGLISH.get(program, program) + dot + system


def _network(address: str) -> str:
    """Some tens of thousands of addresses, the home or the mobile network one comes from: of IPv4 the /16."""
    try:
        parsed = ip_address(address.partition("/")[0])
    except ValueError:
        return address
    return str(ip_network((parsed, 16 if parsed.version == 4 else 32), strict=False))

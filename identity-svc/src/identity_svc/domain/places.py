"""Where somebody is known: at a network address they logged in from, or with a device they trust.

Whoever is known has allowances of their own. All strangers together share those of a phone or badge, so that they can
use up one another's tries and nobody else's.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

REMEMBERED_DAYS: Final = 90
_SITE_BITS: Final = 48
_PEOPLE_INSTEAD: Final = (
    "您也可以改用短信验证码、微信、扫码或市统一身份平台登录，或在您常用的网络上再试。",
    "You can also log in with a code by SMS, WeChat, a scanned code or the city's platform, or from a network you "
    "usually log in from.",
)
_OFFICERS_INSTEAD: Final = (
    "您也可以在受信任的设备上或常用的网络内登录，或联系管理员。",
    "You can also log in on a device you trust or from a network you usually use, or ask an administrator.",
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to be let in as whom.

    `identifier`: an E.164 phone, or a badge number. `owner_id`: whose it is; None where it is nobody's. `address`: of
    IPv6 the /64. `known_by`: what tells this asker from strangers, the same text each time; None for a stranger.
    """

    identifier: str
    address: str
    owner_id: UUID | None = None
    is_officer: bool = False
    known_by: str | None = None

    @property
    def instead(self) -> tuple[str, str]:
        """What else they can do when their tries are used up."""
        return _OFFICERS_INSTEAD if self.is_officer else _PEOPLE_INSTEAD


def place_of(owner: UUID | str, address: str) -> str:
    """What a place is hashed as: bound to its owner, so that equal addresses of two people are not seen to be equal."""
    return f"place:{owner}@{address}"


def site_of(address: str) -> str | None:
    """The /48 around an IPv6 /64: as much as one customer is given. None for IPv4, where an address is all there is."""
    network, slash, _ = address.partition("/")
    if not slash:
        return None
    bits = 128 - _SITE_BITS
    return str(ipaddress.ip_network((int(ipaddress.IPv6Address(network)) >> bits << bits, _SITE_BITS)))

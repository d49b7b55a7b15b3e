"""SF Express, the 丰桥 interface `std/service`. Its protocol: deploy/partners/PROTOCOL.md, section 5.2."""

from .client import SfAccount, SfClient
from .pushes import SfDoor

__all__ = ["SfAccount", "SfClient", "SfDoor"]

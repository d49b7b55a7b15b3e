"""Links: by which providers an account can be entered, since when, and what proved that they belong together."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .vouched import Provider


class LinkProof(StrEnum):
    SMS = "sms"
    """A code sent to the account's phone."""
    WECHAT_PHONE = "wechat_phone"
    """WeChat says that the phone is this user's."""
    LOGGED_IN = "logged_in"
    """Made from within the account, shortly after its owner had proved who they are."""


@dataclass(frozen=True, slots=True)
class Link:
    id: UUID
    provider: Provider
    proof: LinkProof
    since: datetime
    used_at: datetime | None

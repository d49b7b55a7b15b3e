"""What a payment provider must be able to do. Small on purpose: every channel does all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Protocol

from chassis.partners import Calls

from ..domain.errors import ChannelNotOffered
from ..domain.payees import Payee
from ..domain.readings import Notice, PaymentReading, RefundReading


class Scene(StrEnum):
    """Where the payer is; each scene of an order has a number of its own at the provider."""

    WEB = "web"
    """A browser on a PC: sent to the provider's page."""
    MOBILE = "mobile"
    """A browser on a phone: sent to the provider's page, which opens its app."""
    QR = "qr"
    """Shown a code to scan with the provider's app."""
    MINI_PROGRAM = "mini_program"
    """In the WeChat mini-program: it is given parameters to call the payment with."""
    IN_WECHAT = "in_wechat"
    """A page inside WeChat: likewise."""


@dataclass(frozen=True, slots=True)
class Payer:
    """What a provider must know of who pays: `ip` of the device, and the openid where the channel needs it."""

    ip: str
    openid: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """`number` is the attempt's; asking again with it never makes a second payment."""

    number: str
    scene: Scene
    amount_cents: int
    description: str
    expires_at: datetime
    payer: Payer


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`number` is the refund's: asking again with it refunds once. `total_cents`: the whole capture."""

    number: str
    payment_number: str
    transaction_id: str
    amount_cents: int
    total_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class PayLink:
    """What the provider gave to pay with, as it is kept; None when the number was paid or closed already: query it."""

    link: str | None


@dataclass(frozen=True, slots=True)
class PayWay:
    """What the payer's device is given, one of the three: a page to open, a code's content, parameters to call with."""

    pay_url: str | None = None
    qr_content: str | None = None
    jsapi: Mapping[str, str] | None = None


class Closing(Enum):
    CLOSED = "closed"
    PAID = "paid"
    """Money came first: query it."""
    BUSY = "busy"
    """The payer is paying at this moment: ask again in a while."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice as it came. `query` is the raw query string; `headers` look names up without regard to case."""

    method: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Replies:
    """What the provider's protocol wants to be answered: kept, not proven, try again later."""

    accepted: Reply
    refused: Reply
    later: Reply


class NoticeRefused(Exception):
    """The notice cannot be verified. `cause` is for the log and the metric, never for the sender."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class PaymentChannel(Protocol):
    """Stateless translator between one account of ours and its provider.

    Calls raise ChannelDown when what the provider did is unknown (ask again by query, with the same number)
    and ChannelRefused when it verifiably will not.
    """

    name: str
    merchant_id: str
    scenes: frozenset[Scene]
    replies: Replies

    async def create(self, request: PaymentRequest) -> PayLink: ...

    def needs_openid_of(self, scene: Scene) -> str | None:
        """The appid whose openid of the payer a payment in this scene needs."""
        ...

    def way(self, scene: Scene, link: str) -> PayWay:
        """How `link`, which `create` gave, is paid; made anew each time, for what is signed with the hour."""
        ...

    async def query(self, number: str) -> PaymentReading: ...

    async def close(self, number: str) -> Closing: ...

    async def refund(self, request: RefundRequest) -> RefundReading: ...

    async def query_refund(self, number: str, payment_number: str) -> RefundReading: ...

    def verify(self, delivery: Delivery) -> Notice:
        """The notice in our words, proven over the raw bytes; raises NoticeRefused."""
        ...

    def read_return(self, query: bytes) -> str | None:
        """The number in the signed query with which the payer's browser came back; None where nothing is signed.

        No more than a hint, even so. Raises NoticeRefused where the signature is not the provider's.
        """
        ...

    def read_kept(self, body: bytes) -> Notice:
        """The notice in the `body` of one that was verified when it came."""
        ...


class Channels:
    """Every channel that is offered, by name and payee."""

    def __init__(self) -> None:
        self._channels: dict[tuple[str, Payee], PaymentChannel] = {}
        self._titles: dict[str, tuple[str, str]] = {}
        self.calls: dict[str, Calls] = {}
        """By the channel's name: how our calls to the provider end."""

    def entitle(self, name: str, title: str, title_en: str) -> None:
        self._titles[name] = title, title_en

    def title(self, name: str) -> tuple[str, str]:
        """What payers call it: Chinese, English."""
        return self._titles.get(name, (name, name))

    def offer(self, payee: Payee, channel: PaymentChannel) -> None:
        self._channels[channel.name, payee] = channel

    def of(self, name: str, payee: Payee) -> PaymentChannel:
        """Raises ChannelNotOffered."""
        try:
            return self._channels[name, payee]
        except KeyError:
            raise ChannelNotOffered(name, self.names(payee)) from None

    def names(self, payee: Payee) -> list[str]:
        return [name for name, account in self._channels if account is payee]

    def has(self, name: str) -> bool:
        return any(name == known for known, _ in self._channels)

    def offered(self, payee: Payee) -> list[PaymentChannel]:
        return [channel for (_, account), channel in self._channels.items() if account is payee]

"""Opens the configured channels: one translator an account of ours, on one connection pool a provider."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from ..application.bill_ports import BillSources
from ..application.channel_port import Channels
from .alipay.configuration import AlipayConfiguration
from .alipay.opening import open_alipay
from .bank.configuration import BankConfiguration
from .bank.opening import open_bank
from .ccb.configuration import CcbConfiguration
from .ccb.opening import open_ccb
from .configuration import Surroundings, read_configuration
from .wechat_pay.configuration import WeChatPayConfiguration
from .wechat_pay.opening import open_wechat_pay

Close = Callable[[], Awaitable[None]]


def open_channels(
    path: Path, around: Surroundings, channels: Channels, bills: BillSources
) -> Iterator[Close]:
    """Offers what `path` describes; yields what closes it. Raises RuntimeError for what cannot be read."""
    for name, described in read_configuration(path).items():
        channels.entitle(name, described.title or name, described.title_en or described.title or name)
        match described:
            case BankConfiguration():
                yield from open_bank(name, described, around, channels, bills)
            case WeChatPayConfiguration():
                yield from open_wechat_pay(name, described, around, channels, bills)
            case AlipayConfiguration():
                yield from open_alipay(name, described, around, channels, bills)
            case CcbConfiguration():
                yield from open_ccb(name, described, around, channels, bills)

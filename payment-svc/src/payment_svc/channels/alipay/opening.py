"""Opens Alipay as the configuration describes it."""

from collections.abc import Awaitable, Callable, Iterator

from ...application.bill_ports import BillSources
from ...application.channel_port import Channels
from ..configuration import Surroundings
from ..pool import ProviderPool
from .bill import AlipayBills
from .channel import AlipayChannel
from .client import AlipayClient
from .configuration import AlipayConfiguration
from .mapping import merchant_of
from .signing import AlipayKeys, AppKey


def open_alipay(
    name: str, provider: AlipayConfiguration, around: Surroundings, channels: Channels, bills: BillSources
) -> Iterator[Callable[[], Awaitable[None]]]:
    pool, key = ProviderPool(name), AlipayKeys(around.read(provider.provider_key))
    yield pool.close
    channels.calls[name] = pool.calls
    for payee, account in provider.accounts.items():
        app = AppKey(around.read(account.app_key))
        client = AlipayClient(around.address(provider.url), account.app_id, app, key, pool)
        merchant_id = merchant_of(account.seller_id, account.app_id)
        notify_url = around.notify_url(name, payee)
        return_url = around.return_url(name, payee)
        channels.offer(payee, AlipayChannel(name, merchant_id, client, key, notify_url, return_url))
        bills.offer(name, payee, AlipayBills(name, account.seller_id, client, pool))

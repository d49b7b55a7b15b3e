"""Opens WeChat Pay as the configuration describes it."""

from collections.abc import Awaitable, Callable, Iterator

from ...application.bill_ports import BillSources
from ...application.channel_port import Channels
from ..configuration import Surroundings
from ..pool import ProviderPool
from .bill import WeChatPayBills
from .channel import Apps, WeChatPayChannel
from .client import WeChatPayClient
from .configuration import WeChatPayConfiguration
from .notices import NoticeReader
from .signing import MerchantKey, ProviderKeys


def open_wechat_pay(
    name: str, provider: WeChatPayConfiguration, around: Surroundings, channels: Channels, bills: BillSources
) -> Iterator[Callable[[], Awaitable[None]]]:
    pool = ProviderPool(name)
    yield pool.close
    channels.calls[name] = pool.calls
    apps = Apps(provider.mini_program, provider.official_account, provider.app_name, around.public_url)
    for payee, account in provider.accounts.items():
        key = ProviderKeys(around.read(account.provider_key), account.key_ids)
        merchant = MerchantKey(around.read(account.merchant_key), account.merchant, account.serial)
        client = WeChatPayClient(around.address(provider.url), merchant, key, pool)
        reader = NoticeReader(around.read(account.v3_key).strip())
        notify_url = around.notify_url(name, payee)
        channels.offer(
            payee,
            WeChatPayChannel(
                name,
                account.merchant,
                client,
                merchant,
                key,
                reader,
                apps,
                notify_url,
                around.return_url(name, payee),
            ),
        )
        bills.offer(name, payee, WeChatPayBills(name, account.merchant, client, pool))

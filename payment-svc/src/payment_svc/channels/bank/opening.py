"""Opens a bank as the configuration describes it."""

from collections.abc import Awaitable, Callable, Iterator

from ...application.bill_ports import BillSources
from ...application.channel_port import Channels
from ..configuration import Surroundings
from ..pool import ProviderPool
from .bill import BankBills
from .channel import BankChannel
from .client import BankClient
from .configuration import BankConfiguration
from .signing import BankKeys, MerchantKey


def open_bank(
    name: str, bank: BankConfiguration, around: Surroundings, channels: Channels, bills: BillSources
) -> Iterator[Callable[[], Awaitable[None]]]:
    key, pool = BankKeys(around.read(bank.provider_key)), ProviderPool(name)
    yield pool.close
    channels.calls[name] = pool.calls
    for payee, account in bank.accounts.items():
        merchant = MerchantKey(around.read(account.merchant_key), account.merchant)
        client = BankClient(around.address(bank.url), merchant, key, pool)
        notify_url = around.notify_url(name, payee)
        return_url = around.return_url(name, payee)
        channels.offer(payee, BankChannel(name, client, key, account.merchant, notify_url, return_url))
        bills.offer(name, payee, BankBills(name, account.merchant, client, pool))

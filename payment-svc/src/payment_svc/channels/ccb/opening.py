"""Opens CCB as the configuration describes it."""

from collections.abc import Awaitable, Callable, Iterator

from ...application.bill_ports import BillSources
from ...application.channel_port import Channels
from ..configuration import Surroundings
from ..pool import ProviderPool
from .bill import CcbBills
from .channel import CcbChannel
from .client import CcbClient, Counter
from .configuration import CcbConfiguration
from .notices import NoticeReader
from .signing import CounterKeys


def open_ccb(
    name: str, bank: CcbConfiguration, around: Surroundings, channels: Channels, bills: BillSources
) -> Iterator[Callable[[], Awaitable[None]]]:
    pool = ProviderPool(name)
    yield pool.close
    channels.calls[name] = pool.calls
    for payee, account in bank.accounts.items():
        key = CounterKeys(around.read(account.counter_key))
        password = around.read(account.password).decode().strip()
        counter = Counter(account.merchant, account.pos, account.branch, password)
        client = CcbClient(around.address(bank.interface_url), counter, key, pool)
        reader = NoticeReader(key, account.notice_fields, account.optional_fields)
        channels.offer(payee, CcbChannel(name, around.address(bank.url), counter, key, client, reader))
        bills.offer(name, payee, CcbBills(name, account.pos, client, pool))

"""Opens the configured channels: one translator an account of ours, on one connection pool a provider."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from ..application.channel_port import Channels
from .bank.opening import open_bank
from .configuration import Surroundings, read_configuration

Close = Callable[[], Awaitable[None]]


def open_channels(path: Path, around: Surroundings, channels: Channels) -> Iterator[Close]:
    """Offers what `path` describes; yields what closes it. Raises RuntimeError for what cannot be read."""
    for name, configuration in read_configuration(path).items():
        yield from open_bank(name, configuration, around, channels)

"""Reading what providers wrote: every field is looked at, nothing is believed to be there."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ..domain.errors import ChannelDown, ChannelRefused
from ..domain.readings import Notice


class Unreadable(ValueError):
    """An authentic document lacks what it must have."""


def text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 128 or "\x00" in value:
        raise Unreadable(name)
    return value


def cents(data: dict[str, Any], name: str) -> int:
    """A positive integer in fen."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise Unreadable(name)
    return value


def part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise Unreadable(name)
    return value


def moment(value: object) -> datetime | None:
    """The provider's clock; without an offset, or not a time, it is not taken."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def is_name(value: object) -> bool:
    """Fit to stand for a notice's id or kind."""
    return isinstance(value, str) and 1 <= len(value) <= 128 and value.isprintable()


def unreadable(body: bytes) -> Notice:
    """An authentic notice nobody can read: kept under its hash, so that its repeats are recognised all the same."""
    return Notice(f"sha256:{hashlib.sha256(body).hexdigest()}", "unreadable", body, readable=False)


def refuse(channel: str, code: str | None) -> None:
    """Raises ChannelRefused for the provider's word `code`; None is success."""
    if code is not None:
        raise ChannelRefused(channel, code)


def must_be_about(channel: str, asked: str, answered: object) -> None:
    """An answer proves who gave it, not to which question. Raises ChannelDown for one about another number."""
    if answered != asked:
        raise ChannelDown(channel, "answer is about another number")


@contextmanager
def readable(channel: str) -> Iterator[None]:
    """A proven answer that lacks its facts says nothing: what the provider did stays unknown."""
    try:
        yield
    except Unreadable as error:
        raise ChannelDown(channel, f"answer lacks {error}") from error

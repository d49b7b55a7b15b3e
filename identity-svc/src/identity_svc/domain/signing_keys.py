"""When a key is published, signs, and is forgotten.

    made            signs_from                     successor signs         forget_at
      │ published      │ published, signs             │ published             │ known here alone
      └── key-set ─────┴── rotation period ───────────┴── token lifetime ─────┴── remembered
          lifetime

Whoever fetched the key set at any moment, and keeps it for no longer than the key-set lifetime,
can therefore verify every token that is still valid. A client asks us to log somebody out by the ID token of the
morning, expired as it is: by such hints we know a key longer than anybody else needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """`token_lifetime` must cover the longest-lived token that these keys sign, and clock skew; `remembered` the
    longest log-in."""

    key_set_lifetime: timedelta
    token_lifetime: timedelta
    rotation_period: timedelta
    remembered: timedelta


class Scheduled(Protocol):
    """A key's times; `forget_at` is None until its successor is made."""

    @property
    def signs_from(self) -> datetime: ...

    @property
    def forget_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class StoredKey:
    """`private_key` is PKCS #8 in PEM; `public_jwk` as it is published."""

    kid: str
    private_key: bytes
    public_jwk: dict[str, Any]
    signs_from: datetime
    forget_at: datetime | None = None


K = TypeVar("K", bound=Scheduled)


def signer(keys: Sequence[K], at: datetime) -> K | None:
    """The key that signs at that moment: the youngest whose time to sign has come."""
    return max((key for key in keys if key.signs_from <= at), key=lambda key: key.signs_from, default=None)


def published(keys: Sequence[K], at: datetime) -> list[K]:
    """The key set at that moment, newest first."""
    kept = (key for key in keys if key.forget_at is None or key.forget_at > at)
    return sorted(kept, key=lambda key: key.signs_from, reverse=True)


def successor_signs_from(keys: Sequence[K], at: datetime, policy: KeyPolicy) -> datetime | None:
    """From when a key made now would sign; None when it is not yet time to make one.

    The very first key signs at once: no verifier can hold an older key set.
    """
    newest = max(keys, key=lambda key: key.signs_from, default=None)
    if newest is None:
        return at
    due = newest.signs_from + policy.rotation_period
    return max(due, at + policy.key_set_lifetime) if at + policy.key_set_lifetime >= due else None


def predecessor_forget_at(successor_signs: datetime, policy: KeyPolicy) -> datetime:
    """Until when the key that signed before must stay published."""
    return successor_signs + policy.token_lifetime

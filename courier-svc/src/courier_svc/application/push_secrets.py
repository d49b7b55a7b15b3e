"""The secrets at the end of a courier's push address: those configured, and those issued while the service runs."""

import asyncio
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

LOOK_EVERY_SECONDS: Final = 2.0
"""So long a process may still believe what another has just revoked, or not know what it has just issued."""

State = Literal["valid", "ending", "ended", "revoked"]


@dataclass(frozen=True, slots=True)
class PushKey:
    """One secret, known by the SHA-256 of its 256 random bits. `ends_at` None: until another takes its place."""

    id: UUID
    digest: bytes
    source: Literal["issued", "configured"]
    issued_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, moment: datetime) -> State:
        if self.revoked_at is not None:
            return "revoked"
        if self.ends_at is None:
            return "valid"
        return "ending" if moment < self.ends_at else "ended"

    def is_valid(self, moment: datetime) -> bool:
        return self.state(moment) in ("valid", "ending")


class PushKeys(Protocol):
    async def of(self, uow: UnitOfWork, courier: str) -> Sequence[PushKey]: ...
    async def lock(self, uow: UnitOfWork, courier: str) -> Sequence[PushKey]: ...
    async def add(self, uow: UnitOfWork, courier: str, key: PushKey, by: UUID | None) -> None: ...
    async def end(self, uow: UnitOfWork, key: UUID, at: datetime) -> None: ...
    async def revoke(self, uow: UnitOfWork, key: UUID, at: datetime) -> None: ...


class PushSecrets:
    """Of one courier in one process. What is kept of a secret outweighs that it is configured."""

    def __init__(self, configured: Iterable[str], courier: str = "", keys: PushKeys | None = None) -> None:
        self.configured = frozenset(digest_of(secret) for secret in configured)
        self._courier = courier
        self._keys = keys
        self._kept: dict[bytes, PushKey] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    @property
    def keys(self) -> PushKeys:
        """Where they are kept."""
        assert self._keys is not None, "a courier's secrets are opened with a place to keep them"
        return self._keys

    def accepts(self, given: str) -> bool:
        """By the hash of all of it: how long it takes says nothing of the secret."""
        digest = digest_of(given)
        kept = self._kept.get(digest)
        return kept.is_valid(now()) if kept is not None else digest in self.configured

    async def look(self, begin: Begin) -> None:
        """Reads what is kept, unless that was done a moment ago."""
        if self._keys is None or not self._is_old():
            return
        async with self._looking:
            if not self._is_old():
                return
            async with begin() as uow:
                self._kept = {key.digest: key for key in await self._keys.of(uow, self._courier)}
            self._looked_at = time.monotonic()

    def _is_old(self) -> bool:
        return time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()

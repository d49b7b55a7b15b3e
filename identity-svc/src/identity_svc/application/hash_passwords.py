"""argon2id, off the event loop and never more at once than there are cores."""

import asyncio
import os
import secrets
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from chassis.problems import ServiceUnavailable

T = TypeVar("T")

_MOST_WAITING = 200


class Passwords:
    """OWASP's floor, 19 MiB, two passes, one lane: some 30 ms of one core each.

    With 200 log-ins waiting (about 3 s of work) further ones get 503 at once: a pile of them must not
    grow into time-outs for all.
    """

    def __init__(self, *, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._slots = asyncio.Semaphore(max(1, os.cpu_count() or 1))
        self._waiting = 0
        self._dummy = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. None (nobody there, no password set) takes as long, and is wrong."""
        right = await self._in_thread(lambda: self._matches(password_hash or self._dummy, password))
        return right and password_hash is not None

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= _MOST_WAITING:
            raise ServiceUnavailable(
                "登录人数较多，请稍后再试。", "Many people are logging in; try again shortly."
            )
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

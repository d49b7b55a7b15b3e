"""This process's view of the signing keys."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import structlog
from chassis.clock import now
from chassis.db.faults import is_infrastructure
from chassis.jobs import Begin
from joserfc.jwk import RSAKey

from ..domain.signing_keys import StoredKey, published, signer
from .ports import Keys

log = structlog.get_logger(__name__)

RELOAD: timedelta = timedelta(seconds=30)
"""Far less than the key-set lifetime, so that every instance knows a key long before it signs."""


class KeyRing:
    def __init__(self, begin: Begin, keys: Keys) -> None:
        self._begin = begin
        self._keys = keys
        self._stored: list[StoredKey] = []
        self._opened: dict[str, RSAKey] = {}
        self._loaded_at = float("-inf")
        self._loading = asyncio.Lock()

    async def signer(self) -> RSAKey:
        """The key that signs now; its `kid` goes into the token's header."""
        await self._refresh()
        chosen = signer(self._stored, now())
        if chosen is None:
            raise RuntimeError("there is no signing key; the first is made at the start of the service")
        return self._opened[chosen.kid]

    async def key_set(self) -> dict[str, Any]:
        """The published JSON Web Key Set, newest key first."""
        await self._refresh()
        return {"keys": [key.public_jwk for key in published(self._stored, now())]}

    async def remembered(self) -> dict[str, Any]:
        """The key set with what is no longer published: for hints, which prove nothing but that they were ours."""
        await self._refresh()
        return {"keys": [key.public_jwk for key in self._stored]}

    async def reload(self) -> None:
        """Reads the keys now; raises SealBroken when they were sealed under a data key that is gone."""
        async with self._begin() as uow:
            stored = await self._keys.all(uow)
        self._opened = {key.kid: self._opened.get(key.kid) or _opened(key) for key in stored}
        self._stored = stored
        self._loaded_at = time.monotonic()

    async def _refresh(self) -> None:
        if self._is_fresh():
            return
        async with self._loading:
            if not self._is_fresh():
                await self._try_reload()

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._loaded_at < RELOAD.total_seconds()

    async def _try_reload(self) -> None:
        try:
            await self.reload()
        except Exception as error:
            # Keys change once in weeks: while the database is away, those we know go on serving.
            if not self._stored or not is_infrastructure(error):
                raise
            log.warning("keys_not_reloaded", cause=repr(error))


def _opened(key: StoredKey) -> RSAKey:
    return RSAKey.import_key(key.private_key, {"kid": key.kid, "use": "sig", "alg": "RS256"})

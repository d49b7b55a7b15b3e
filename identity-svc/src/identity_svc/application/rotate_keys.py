"""Makes the next signing key when it is time, and forgets those whose last token has expired."""

import asyncio
from datetime import datetime

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from joserfc.jwk import RSAKey

from ..domain.signing_keys import KeyPolicy, StoredKey, predecessor_forget_at, successor_signs_from
from .ports import Keys

log = structlog.get_logger(__name__)

_BITS = 2048


class RotateKeys:
    def __init__(self, keys: Keys, policy: KeyPolicy) -> None:
        self._keys = keys
        self._policy = policy

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            await self.rotate(uow)

    async def rotate(self, uow: UnitOfWork) -> None:
        """Does whatever is due; at the very first start, makes the first key."""
        await self._keys.lock(uow)
        moment = now()
        await self._keys.forget(uow, moment - self._policy.remembered)
        signs_from = successor_signs_from(await self._keys.all(uow), moment, self._policy)
        if signs_from is None:
            return
        key = await asyncio.to_thread(_new_key, signs_from)
        forget_at = predecessor_forget_at(signs_from, self._policy)
        await self._keys.add(uow, key, predecessors_forget_at=forget_at)
        log.info("signing_key_made", kid=key.kid, signs_from=signs_from.isoformat())


def _new_key(signs_from: datetime) -> StoredKey:
    key = RSAKey.generate_key(_BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    assert key.kid is not None
    return StoredKey(key.kid, key.as_pem(private=True), dict(key.as_dict(private=False)), signs_from)

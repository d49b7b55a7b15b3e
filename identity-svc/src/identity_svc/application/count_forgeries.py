"""Tries with what nobody can guess: secrets of clients, their assertions, refresh tokens, challenges.

All of them hold 256 bits or a signature, so the count is not what protects them; it bounds what trying may cost, and
says so to whoever tries. It is therefore taken once the proof was found wrong, and a right one is never turned away: no
stranger who shares an address with a department's system, or with a citizen, shuts its way by forging.
"""

from datetime import timedelta
from typing import Final

from chassis.jobs import Begin

from ..domain.errors import TooManyAttempts
from ..domain.limits import Allowance, Limit
from .ports import KeyedHash, Throttle

_AT_ADDRESS: Final = Limit(100, timedelta(seconds=6))
_AS_CLIENT: Final = Limit(20, timedelta(seconds=30))


class CountForgeries:
    def __init__(self, begin: Begin, throttle: Throttle, keyed_hash: KeyedHash) -> None:
        self._begin = begin
        self._throttle = throttle
        self._hash = keyed_hash

    async def __call__(self, address: str, client_id: str | None = None) -> None:
        """`client_id`: whom it claimed to come from, known or not. Raises TooManyAttempts when used up.

        Has a transaction of its own: the answer is an error, and the count must stand.
        """
        allowances = [Allowance(self._hash(f"forged@{address}"), _AT_ADDRESS)]
        if client_id is not None:
            allowances.append(Allowance(self._hash(f"client:{client_id}@{address}"), _AS_CLIENT))
        async with self._begin() as uow:
            if used_up := await self._throttle.take(uow, allowances):
                raise TooManyAttempts(used_up.wait)

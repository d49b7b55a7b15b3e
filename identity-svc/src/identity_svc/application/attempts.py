"""Tries at proving who one is: counted before they are made, given back when they succeed.

Counted first, because a thousand guesses sent at once must not all pass a check that none of them
has been counted for yet. Per identifier and address, so that a stranger elsewhere cannot use up the
owner's tries; per address, against trying one password on many accounts; and, far more generously,
per identifier, against many addresses guessing at one account (its owner can still use a code).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.db import UnitOfWork

from ..domain.errors import TooManyAttempts
from ..domain.limits import Allowance, Limit
from .ports import KeyedHash, Throttle


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    identifier_at_address: Limit
    address: Limit
    identifier: Limit
    real_name: Limit


class Attempts:
    def __init__(self, throttle: Throttle, keyed_hash: KeyedHash, limits: AttemptLimits) -> None:
        self._throttle = throttle
        self._hash = keyed_hash
        self._limits = limits

    def at_password(self, identifier: str, address: str) -> list[Allowance]:
        return [
            Allowance(self._hash(f"password:{identifier}@{address}"), self._limits.identifier_at_address),
            Allowance(self._hash(f"password:{identifier}"), self._limits.identifier),
            *self.at_code(address),
        ]

    def at_code(self, address: str) -> list[Allowance]:
        """A code has its own few tries; the address has some over all phones."""
        return [Allowance(self._hash(f"attempt@{address}"), self._limits.address)]

    def at_real_name(self, account_id: object) -> list[Allowance]:
        return [Allowance(self._hash(f"real-name:{account_id}"), self._limits.real_name)]

    def at_kinship(self, account_id: object) -> list[Allowance]:
        return [Allowance(self._hash(f"kinship:{account_id}"), self._limits.real_name)]

    def at_qr(self, address: str) -> list[Allowance]:
        """Codes shown, not tries: pages that show them use up nobody's tries at logging in."""
        return [Allowance(self._hash(f"qr@{address}"), self._limits.address)]

    def at_face(self, account_id: object) -> list[Allowance]:
        return [Allowance(self._hash(f"face:{account_id}"), self._limits.real_name)]

    async def take(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> None:
        """Raises TooManyAttempts; then nothing was counted, since the transaction rolls back."""
        if wait := await self._throttle.take(uow, allowances):
            raise TooManyAttempts(wait)

    async def give_back(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> None:
        await self._throttle.give_back(uow, allowances)

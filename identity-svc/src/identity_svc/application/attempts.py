"""Tries at proving who one is: counted before they are made, given back when they succeed.

Counted first, because a thousand guesses sent at once must not all pass a check that none of them has been counted for
yet. Whoever is known (`domain.places`) has tries of their own, which nobody else can use up. Strangers have some per
identifier and address; per address, and around an IPv6 address, against trying one password on many accounts; and far
more generously all together per identifier, against many addresses guessing at one account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.errors import TooManyAttempts
from ..domain.limits import Allowance, Limit
from ..domain.places import Asker, site_of
from .ports import KeyedHash, Throttle

_NOTHING_ELSE = ("", "")


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """`site`: a /48 of IPv6."""

    identifier_at_address: Limit
    address: Limit
    site: Limit
    identifier: Limit
    real_name: Limit


class Attempts:
    def __init__(self, throttle: Throttle, keyed_hash: KeyedHash, limits: AttemptLimits) -> None:
        self._throttle = throttle
        self._hash = keyed_hash
        self._limits = limits

    def at_password(self, asker: Asker) -> list[Allowance]:
        own = self._limits.identifier_at_address
        if asker.known_by is not None:
            return [self._of(f"password:{asker.identifier}!{asker.known_by}", own)]
        all_together = f"password:{asker.identifier}"
        return [
            self._of(f"{all_together}@{asker.address}", own),
            Allowance(self._hash(all_together), self._limits.identifier, common=True),
            *self.at_address(asker.address),
        ]

    def at_own_password(self, session_id: UUID) -> list[Allowance]:
        """Of somebody who is in already: neither strangers nor another of the owner's sessions use it up."""
        return [self._of(f"own-password:{session_id}", self._limits.identifier_at_address)]

    def at_activation(self, badge_no: str, address: str) -> list[Allowance]:
        """Codes to activate with are long: there is nothing for many addresses to guess."""
        here = self._of(f"activation:{badge_no}@{address}", self._limits.identifier_at_address)
        return [here, *self.at_address(address)]

    def at_address(self, address: str) -> list[Allowance]:
        """Whatever strangers try there, over all identifiers."""
        return self._around("attempt", address)

    def at_provider(self, address: str) -> list[Allowance]:
        """Questions to those who vouch. Not with the tries: a neighbour who guesses must not close this way too."""
        return self._around("vouched", address)

    def at_real_name(self, account_id: object) -> list[Allowance]:
        return [self._of(f"real-name:{account_id}", self._limits.real_name)]

    def at_kinship(self, account_id: object) -> list[Allowance]:
        return [self._of(f"kinship:{account_id}", self._limits.real_name)]

    def at_qr(self, address: str) -> list[Allowance]:
        """Codes shown, not tries: pages that show them use up nobody's tries at logging in."""
        return [self._of(f"qr@{address}", self._limits.address)]

    def at_face(self, account_id: object) -> list[Allowance]:
        return [self._of(f"face:{account_id}", self._limits.real_name)]

    async def take(
        self, uow: UnitOfWork, allowances: Sequence[Allowance], instead: tuple[str, str] = _NOTHING_ELSE
    ) -> None:
        """Raises TooManyAttempts; then nothing was counted, since the transaction rolls back."""
        if used_up := await self._throttle.take(uow, allowances):
            raise TooManyAttempts(used_up.wait, instead, by_strangers=used_up.common)

    async def give_back(self, uow: UnitOfWork, allowances: Sequence[Allowance]) -> None:
        await self._throttle.give_back(uow, allowances)

    def _around(self, what: str, address: str) -> list[Allowance]:
        here, site = self._of(f"{what}@{address}", self._limits.address), site_of(address)
        return [here] if site is None else [here, self._of(f"{what}@{site}", self._limits.site)]

    def _of(self, key: str, limit: Limit) -> Allowance:
        return Allowance(self._hash(key), limit)

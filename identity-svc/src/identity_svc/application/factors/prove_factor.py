"""Proving the second factor: a one-time code or a recovery code, each good for one use, tries counted first.

Guesses at codes are few for an officer from one address, and over all addresses still too few to find one. What others
try at that address is not counted: whoever comes here has proven the password. The second count can be used up by
whoever knows the password; recovery codes are not counted by it, so their owner still gets in.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.factors.errors import FactorNotProven, NotEnrolled
from ...domain.factors.recovery import code_hash
from ...domain.factors.totp import NEVER, step_of
from ...domain.limits import Allowance, Limit
from ..attempts import Attempts
from ..ports import KeyedHash, Messages
from .ports import Factors

_AT_ADDRESS: Final = Limit(5, timedelta(minutes=2))
_ANYWHERE: Final = Limit(20, timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class Proof:
    """One of them. `text` as it was typed."""

    text: str
    is_recovery_code: bool = False


class ProveFactor:
    def __init__(
        self, begin: Begin, factors: Factors, attempts: Attempts, keyed_hash: KeyedHash, messages: Messages
    ) -> None:
        self._begin = begin
        self._factors = factors
        self._attempts = attempts
        self._hash = keyed_hash
        self._messages = messages

    async def __call__(self, uow: UnitOfWork, officer_id: UUID, proof: Proof, address: str) -> bool:
        """Whether it is right; then it is used up, by `uow`. Raises TooManyAttempts.

        To be asked before `uow` holds a connection: the tries are counted over one of their own.
        """
        allowances = self._allowances(officer_id, proof, address)
        async with self._begin() as first:
            await self._attempts.take(first, allowances)
        use = self._use_recovery_code if proof.is_recovery_code else self._use_code
        if not await use(uow, officer_id, proof.text):
            return False
        await self._attempts.give_back(uow, allowances)
        return True

    async def first_step(self, officer_id: UUID, code: str, address: str) -> tuple[bytes, int]:
        """The secret that waits for its first code, and the step of this one; NotEnrolled, FactorNotProven."""
        allowances = self._allowances(officer_id, Proof(code), address)
        async with self._begin() as first:
            await self._attempts.take(first, allowances)
            secret = await self._factors.proposed(first, officer_id, now())
        if secret is None:
            raise NotEnrolled
        step = step_of(code, secret, now(), after=NEVER)
        if step is None:
            raise FactorNotProven("/code")
        return secret, step

    async def _use_code(self, uow: UnitOfWork, officer_id: UUID, code: str) -> bool:
        factor = await self._factors.of(uow, officer_id)
        if factor.secret is None:
            return False
        step = step_of(code, factor.secret, now(), after=factor.last_step)
        return step is not None and await self._factors.use_step(uow, officer_id, step)

    async def _use_recovery_code(self, uow: UnitOfWork, officer_id: UUID, typed: str) -> bool:
        hashed = code_hash(officer_id, typed)
        if hashed is None or not await self._factors.use_code(uow, officer_id, hashed):
            return False
        left = (await self._factors.of(uow, officer_id)).codes_left
        await self._messages.tell(uow, officer_id, "recovery_code_used", {"left": left})
        return True

    def _allowances(self, officer_id: UUID, proof: Proof, address: str) -> list[Allowance]:
        kind = "recovery" if proof.is_recovery_code else "otp"
        here = Allowance(self._hash(f"{kind}:{officer_id}@{address}"), _AT_ADDRESS)
        anywhere = [] if proof.is_recovery_code else [Allowance(self._hash(f"otp:{officer_id}"), _ANYWHERE)]
        return [here, *anywhere]

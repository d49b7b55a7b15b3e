"""Checking a one-time code: the try is committed on its own, the use with what it was for.

A ticket that is good has tries of its own, and nobody's address stands in their way: whoever shares one with somebody
who guesses still gets in. A wrong code costs the address some of what newcomers there may ask for, so that going
through phones from one address comes to an end. Where there is no such ticket, the address has a few tries.
"""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.codes import Purpose, TypedCode
from ..domain.errors import CodeRefused
from .attempts import Attempts
from .code_allowances import CodeAllowances
from .ports import Codes, Throttle


@dataclass(frozen=True, slots=True)
class ProvenCode:
    id: UUID


class ProveCode:
    def __init__(
        self, begin: Begin, codes: Codes, throttle: Throttle, attempts: Attempts, asking: CodeAllowances
    ) -> None:
        self._begin = begin
        self._codes = codes
        self._throttle = throttle
        self._attempts = attempts
        self._asking = asking

    async def __call__(self, phone: str, purpose: Purpose, typed: TypedCode, address: str) -> ProvenCode:
        """Raises CodeRefused or TooManyAttempts. Call it before anything else uses the database."""
        async with self._begin() as uow:
            tried = await self._codes.try_code(uow, phone, purpose, typed)
            if tried is None:
                await self._attempts.take(uow, self._attempts.at_address(address))
            elif not tried.is_right:
                await self._throttle.charge(uow, self._asking.at(address))
        if tried is None or not tried.is_right:
            raise CodeRefused
        return ProvenCode(tried.id)

    async def use(self, uow: UnitOfWork, proven: ProvenCode) -> None:
        """Uses the code up in the transaction of its effect; raises CodeRefused if another was faster."""
        if not await self._codes.use(uow, proven.id):
            raise CodeRefused

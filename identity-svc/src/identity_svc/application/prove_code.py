"""Checking a one-time code: the try is committed on its own, the use with what it was for."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.codes import Purpose, TypedCode
from ..domain.errors import CodeRefused
from ..domain.limits import Allowance
from .attempts import Attempts
from .ports import Codes


@dataclass(frozen=True, slots=True)
class ProvenCode:
    id: UUID
    allowances: tuple[Allowance, ...]


class ProveCode:
    def __init__(self, begin: Begin, codes: Codes, attempts: Attempts) -> None:
        self._begin = begin
        self._codes = codes
        self._attempts = attempts

    async def __call__(self, phone: str, purpose: Purpose, typed: TypedCode, address: str) -> ProvenCode:
        """Raises CodeRefused or TooManyAttempts. Call it before anything else uses the database."""
        allowances = self._attempts.at_code(address)
        async with self._begin() as uow:
            await self._attempts.take(uow, allowances)
            code_id = await self._codes.try_code(uow, phone, purpose, typed)
        if code_id is None:
            raise CodeRefused
        return ProvenCode(code_id, tuple(allowances))

    async def use(self, uow: UnitOfWork, proven: ProvenCode) -> None:
        """Uses the code up in the transaction of its effect; raises CodeRefused if another was faster."""
        # Tries before the code, as when it was tried: two requests must not lock them crosswise.
        await self._attempts.give_back(uow, proven.allowances)
        if not await self._codes.use(uow, proven.id):
            raise CodeRefused

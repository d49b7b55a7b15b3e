"""Asking for a one-time code.

The message is sent by a job that commits together with the code, not by the request: no transaction
waits for the SMS operator, a crash between commit and sending loses nothing, and the answer takes
the same time for everybody. Accounts are not even looked at, so known and unknown phones cannot differ;
whether the phone has one is told only to somebody who has the code.
"""

from dataclasses import dataclass

from chassis.db import UnitOfWork

from ..domain.codes import Purpose, TypedCode, new_code, new_ticket
from ..domain.errors import TooManyCodes
from ..domain.limits import Allowance, Limit
from .ports import Codes, KeyedHash, Throttle

DELIVER_CODE = "identity.deliver_code"


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """`resend` and `phone` are all in force at once; `address` counts codes to any phone."""

    resend: Limit
    phone: tuple[Limit, ...]
    address: Limit


class RequestCode:
    def __init__(self, codes: Codes, throttle: Throttle, keyed_hash: KeyedHash, limits: CodeLimits) -> None:
        self._codes = codes
        self._throttle = throttle
        self._hash = keyed_hash
        self._limits = limits
        self.resend_after = limits.resend.every

    async def __call__(self, uow: UnitOfWork, phone: str, purpose: Purpose, address: str) -> str:
        """The ticket that the code will be good with. `phone` is E.164. Raises TooManyCodes."""
        if wait := await self._throttle.take(uow, self._allowances(phone, address)):
            raise TooManyCodes(wait)
        typed = TypedCode(new_code(), new_ticket())
        code_id = await self._codes.put(uow, phone, purpose, typed)
        uow.enqueue(DELIVER_CODE, str(code_id))
        return typed.ticket

    def _allowances(self, phone: str, address: str) -> list[Allowance]:
        per_phone = [
            Allowance(self._hash(f"code:{index}:{phone}"), limit)
            for index, limit in enumerate((self._limits.resend, *self._limits.phone))
        ]
        return [*per_phone, Allowance(self._hash(f"code@{address}"), self._limits.address)]

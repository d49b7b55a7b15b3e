"""Asking for a one-time code.

The message is sent by a job that commits together with the code, not by the request: no transaction waits for the SMS
operator, a crash between commit and sending loses nothing, and the answer takes the same time for everybody. Whose the
phone is, is asked only to know a place of theirs again: the statements are the same where it is nobody's. Whether it
has an account is told only to somebody who has the code.
"""

from datetime import timedelta

from chassis.db import UnitOfWork

from ..domain.codes import Purpose, TypedCode, new_code, new_ticket
from ..domain.errors import TooManyCodes
from .code_allowances import CodeAllowances
from .ports import Accounts, Codes, Throttle
from .recognise import Recognise
from .sms_budget import SmsBudget
from .strangers import Strangers

DELIVER_CODE = "identity.deliver_code"


class RequestCode:
    """`resend_after`: how soon another one may be asked for."""

    def __init__(
        self,
        codes: Codes,
        accounts: Accounts,
        throttle: Throttle,
        recognise: Recognise,
        strangers: Strangers,
        budget: SmsBudget,
        allowances: CodeAllowances,
        resend_after: timedelta,
    ) -> None:
        self._codes = codes
        self._accounts = accounts
        self._throttle = throttle
        self._recognise = recognise
        self._strangers = strangers
        self._budget = budget
        self._allowances = allowances
        self.resend_after = resend_after

    async def __call__(self, uow: UnitOfWork, phone: str, purpose: Purpose, address: str) -> str:
        """The ticket that the code will be good with. `phone` is E.164. Raises TooManyCodes, SmsBudgetUsedUp."""
        async with self._strangers.watched(uow) as watch:
            holder = await self._accounts.credentials_by_phone(uow, phone)
            owner_id = holder.subject.id if holder else None
            watch.asker = asker = await self._recognise.person(uow, phone, owner_id, address)
            if used_up := await self._throttle.take(uow, self._allowances.of(asker)):
                raise TooManyCodes(used_up.wait, by_strangers=used_up.common)
            await self._budget.spend(uow, asker)
        typed = TypedCode(new_code(), new_ticket())
        code_id = await self._codes.put(uow, phone, purpose, typed)
        uow.enqueue(DELIVER_CODE, str(code_id))
        return typed.ticket

"""A new officer sets a password by the code they were given; and is given another, where it was lost."""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.errors import ActivationRefused, AlreadyActive, OfficerNotFound, PasswordUnsuitable
from ..domain.factors.recovery import code_hash, new_code
from ..domain.officers import Authority
from ..domain.passwords import is_suitable
from .attempts import Attempts
from .hash_passwords import Passwords
from .import_officers import CODE_LIVES
from .ports import Activations, Officers


class ActivateOfficer:
    def __init__(
        self,
        begin: Begin,
        officers: Officers,
        activations: Activations,
        passwords: Passwords,
        attempts: Attempts,
    ) -> None:
        self._begin = begin
        self._officers = officers
        self._activations = activations
        self._passwords = passwords
        self._attempts = attempts

    async def __call__(self, uow: UnitOfWork, badge_no: str, code: str, password: str, address: str) -> None:
        """One answer for a wrong code and an unknown badge. Raises ActivationRefused, PasswordUnsuitable."""
        if not is_suitable(password, identifier=badge_no):
            raise PasswordUnsuitable("/new_password")
        allowances = self._attempts.at_activation(badge_no, address)
        async with self._begin() as first:
            await self._attempts.take(first, allowances)
            waiting = await self._activations.waiting(first, badge_no)
        password_hash = await self._passwords.hash(password)  # for everybody: the answer takes as long
        if waiting is None or code_hash(waiting, code) is None:
            raise ActivationRefused
        if not await self._activations.use(uow, waiting, code_hash(waiting, code) or b""):
            raise ActivationRefused
        await self._attempts.give_back(uow, allowances)
        await self._officers.set_password(uow, waiting, password_hash)
        uow.audit("officer.activate", actor=str(waiting), subject=str(waiting))

    async def renew(self, uow: UnitOfWork, officer_id: UUID, by: Authority) -> str:
        """Another code, for who has no password yet; the earlier one is void. Raises AlreadyActive."""
        if await self._officers.by_id(uow, officer_id) is None:
            raise OfficerNotFound
        if not await self._activations.is_awaited(uow, officer_id):
            raise AlreadyActive
        code = new_code()
        await self._activations.put(uow, {officer_id: code_hash(officer_id, code) or b""}, now() + CODE_LIVES)
        uow.audit("officer.renew_activation", actor=str(by.officer_id), subject=str(officer_id))
        return code

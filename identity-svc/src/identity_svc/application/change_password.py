"""Setting or changing one's password, and ending every other session."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.codes import Purpose, TypedCode
from ..domain.errors import AccountNotFound, CodeRefused, PasswordRefused, PasswordUnsuitable
from ..domain.passwords import is_suitable
from ..domain.personal import dialled
from ..domain.places import place_of
from .attempts import Attempts
from .hash_passwords import Passwords
from .ports import Accounts, EndsTrust, KeyedHash, Officers, Places
from .prove_code import ProveCode, ProvenCode
from .revoke_access import RevokeAccess


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """The proof is the present password or, for people, a code sent for this purpose."""

    owner_id: UUID
    is_officer: bool
    session_id: UUID
    new: str
    current: str | None
    code: TypedCode | None


class ChangePassword:
    """A token alone is no proof: whoever copied one must not be able to lock the owner out.

    Where one is known is forgotten but for the place at hand: whoever knew the old password may have been there.
    """

    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        officers: Officers,
        revoke_access: RevokeAccess,
        passwords: Passwords,
        attempts: Attempts,
        prove_code: ProveCode,
        trusted_devices: EndsTrust,
        places: Places,
        keyed_hash: KeyedHash,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._officers = officers
        self._revoke_access = revoke_access
        self._passwords = passwords
        self._attempts = attempts
        self._prove_code = prove_code
        self._trusted_devices = trusted_devices
        self._places = places
        self._hash = keyed_hash

    async def __call__(self, uow: UnitOfWork, change: PasswordChange, address: str) -> None:
        """Raises PasswordUnsuitable, PasswordRefused or TooManyAttempts; then nothing was changed."""
        identifier = await self._identifier(change)
        if not is_suitable(change.new, identifier=dialled(identifier)):
            raise PasswordUnsuitable("/new_password")
        proven = await self._prove(change, identifier, address)
        password_hash = await self._passwords.hash(change.new)
        if proven:
            try:
                await self._prove_code.use(uow, proven)
            except CodeRefused as error:
                raise PasswordRefused from error
        else:
            await self._attempts.give_back(uow, self._attempts.at_own_password(change.session_id))
        owners = self._officers if change.is_officer else self._accounts
        await owners.set_password(uow, change.owner_id, password_hash)
        if change.is_officer:
            await self._trusted_devices.end_all(uow, change.owner_id)
        await self._places.forget(uow, change.owner_id, but=self._hash(place_of(change.owner_id, address)))
        await self._revoke_access.sessions_of(uow, change.owner_id, "password_changed", but=change.session_id)

    async def _identifier(self, change: PasswordChange) -> str:
        """The E.164 phone, or the badge number."""
        async with self._begin() as uow:
            if change.is_officer:
                officer = await self._officers.by_id(uow, change.owner_id)
                if officer is not None:
                    return officer.badge_no
            else:
                account = await self._accounts.by_id(uow, change.owner_id)
                if account is not None and account.personal.phone is not None:
                    return account.personal.phone
        raise AccountNotFound

    async def _prove(self, change: PasswordChange, identifier: str, address: str) -> ProvenCode | None:
        if change.code is not None and not change.is_officer:
            try:
                return await self._prove_code(identifier, Purpose.PASSWORD, change.code, address)
            except CodeRefused as error:
                raise PasswordRefused from error
        owners = self._officers if change.is_officer else self._accounts
        async with self._begin() as uow:
            await self._attempts.take(uow, self._attempts.at_own_password(change.session_id))
            password_hash = await owners.password_hash(uow, change.owner_id)
        if not await self._passwords.verify(password_hash, change.current or ""):
            raise PasswordRefused
        return None

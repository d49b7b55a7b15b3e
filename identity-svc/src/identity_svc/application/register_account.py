"""Registering a person or a company by the code sent to a phone."""

from dataclasses import dataclass

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.identity import AccountRegistered

from ..domain.accounts import IAL_PHONE, Account, Company, Kind, Subject
from ..domain.codes import Purpose, TypedCode
from ..domain.devices import Client
from ..domain.errors import PasswordUnsuitable
from ..domain.passwords import is_suitable
from ..domain.personal import Personal, dialled
from .hash_passwords import Passwords
from .open_session import IssuedTokens, OpenSession
from .ports import Accounts
from .prove_code import ProveCode


@dataclass(frozen=True, slots=True)
class Registration:
    """`phone` is E.164; `company` is there when, and only when, `kind` is enterprise."""

    kind: Kind
    phone: str
    code: TypedCode
    password: str | None
    company: Company | None


class RegisterAccount:
    def __init__(
        self, accounts: Accounts, passwords: Passwords, prove_code: ProveCode, open_session: OpenSession
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._prove_code = prove_code
        self._open_session = open_session

    async def __call__(
        self, uow: UnitOfWork, wanted: Registration, client: Client
    ) -> tuple[Account, IssuedTokens]:
        """The account and a session in it. Raises PasswordUnsuitable, CodeRefused, TooManyAttempts;
        PhoneAlreadyRegistered to the phone's holder only."""
        if wanted.password and not is_suitable(wanted.password, identifier=dialled(wanted.phone)):
            raise PasswordUnsuitable("/password")
        proven = await self._prove_code(wanted.phone, Purpose.REGISTER, wanted.code, client.address)
        password_hash = await self._passwords.hash(wanted.password) if wanted.password else None
        account = Account(
            id=uuid7(),
            kind=wanted.kind,
            personal=Personal(phone=wanted.phone),
            company=wanted.company,
            ial=IAL_PHONE,
            has_password=wanted.password is not None,
            registered_at=now(),
            verified_at=None,
        )
        await self._accounts.add(uow, account, password_hash)
        await self._prove_code.use(uow, proven)
        uow.emit(registered(account), version=1)
        subject = Subject(account.id, is_officer=False, roles=(account.kind.role,), ial=account.ial)
        return account, await self._open_session(uow, subject, "code", client)


def registered(account: Account) -> AccountRegistered:
    return AccountRegistered(
        account_id=account.id, kind=account.kind.value, registered_at=account.registered_at
    )

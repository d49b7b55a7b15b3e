"""Logging in: people by password or code, officers by password."""

from collections.abc import Awaitable, Callable

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.accounts import Credentials
from ..domain.codes import Purpose
from ..domain.devices import Client
from ..domain.errors import AccountNotRegistered, CodeRefused, LoginRefused
from .attempts import Attempts
from .hash_passwords import Passwords
from .open_session import IssuedTokens, OpenSession
from .ports import Accounts, Officers
from .prove_code import ProveCode

Find = Callable[[UnitOfWork, str], Awaitable[Credentials | None]]


class LogIn:
    """The same answer, after the same work, for whoever is not let in."""

    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        officers: Officers,
        passwords: Passwords,
        attempts: Attempts,
        prove_code: ProveCode,
        open_session: OpenSession,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._officers = officers
        self._passwords = passwords
        self._attempts = attempts
        self._prove_code = prove_code
        self._open_session = open_session

    async def by_phone_and_password(
        self, uow: UnitOfWork, phone: str, password: str, client: Client
    ) -> IssuedTokens:
        """`phone` is E.164. Raises LoginRefused or TooManyAttempts."""
        return await self._by_password(uow, self._accounts.credentials_by_phone, phone, password, client)

    async def by_badge_and_password(
        self, uow: UnitOfWork, badge_no: str, password: str, client: Client
    ) -> IssuedTokens:
        """Raises LoginRefused or TooManyAttempts."""
        return await self._by_password(uow, self._officers.credentials_by_badge, badge_no, password, client)

    async def by_code(self, uow: UnitOfWork, phone: str, code: str, client: Client) -> IssuedTokens:
        """Raises LoginRefused, TooManyAttempts; AccountNotRegistered to the phone's holder only."""
        try:
            proven = await self._prove_code(phone, Purpose.LOGIN, code, client.address)
            credentials = await self._accounts.credentials_by_phone(uow, phone)
            if credentials is None:
                raise AccountNotRegistered
            await self._prove_code.use(uow, proven)
        except CodeRefused as error:
            raise LoginRefused from error
        return await self._open_session(uow, credentials.subject, "code", client)

    async def _by_password(
        self, uow: UnitOfWork, find: Find, identifier: str, password: str, client: Client
    ) -> IssuedTokens:
        allowances = self._attempts.at_password(identifier, client.address)
        async with self._begin() as first:
            await self._attempts.take(first, allowances)
            credentials = await find(first, identifier)
        # No connection is held while argon2 runs or waits for its turn.
        password_hash = credentials.password_hash if credentials else None
        if not await self._passwords.verify(password_hash, password) or credentials is None:
            raise LoginRefused
        await self._attempts.give_back(uow, allowances)
        return await self._open_session(uow, credentials.subject, "password", client)

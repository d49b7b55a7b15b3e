"""Logging in: people by password or code, officers by password and what else proves them."""

from collections.abc import Awaitable, Callable

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.accounts import Credentials
from ..domain.codes import Purpose, TypedCode
from ..domain.devices import Client
from ..domain.errors import AccountNotRegistered, CodeRefused, LoginRefused
from .attempts import Attempts
from .factors.challenge import Challenge
from .factors.second_step import AskSecondFactor
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
        ask_second_factor: AskSecondFactor,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._officers = officers
        self._passwords = passwords
        self._attempts = attempts
        self._prove_code = prove_code
        self._open_session = open_session
        self._ask_second_factor = ask_second_factor

    async def by_phone_and_password(
        self, uow: UnitOfWork, phone: str, password: str, client: Client
    ) -> IssuedTokens:
        """`phone` is E.164. Raises LoginRefused or TooManyAttempts."""
        find = self._accounts.credentials_by_phone
        credentials = await self._by_password(uow, find, phone, password, client)
        return await self._open_session(uow, credentials.subject, "password", client)

    async def by_badge_and_password(
        self, uow: UnitOfWork, badge_no: str, password: str, client: Client, device_token: str | None = None
    ) -> IssuedTokens | Challenge:
        """A challenge where a second factor is still to be proven. Raises LoginRefused or TooManyAttempts."""
        find = self._officers.credentials_by_badge
        credentials = await self._by_password(uow, find, badge_no, password, client)
        asked = await self._ask_second_factor(uow, credentials, device_token)
        if isinstance(asked, Challenge):
            return asked
        return await self._open_session(uow, credentials.subject, asked, client)

    async def by_code(self, uow: UnitOfWork, phone: str, typed: TypedCode, client: Client) -> IssuedTokens:
        """Raises LoginRefused, TooManyAttempts; AccountNotRegistered to the phone's holder only."""
        try:
            proven = await self._prove_code(phone, Purpose.LOGIN, typed, client.address)
            credentials = await self._accounts.credentials_by_phone(uow, phone)
            if credentials is None:
                raise AccountNotRegistered
            await self._prove_code.use(uow, proven)
        except CodeRefused as error:
            raise LoginRefused from error
        return await self._open_session(uow, credentials.subject, "code", client)

    async def _by_password(
        self, uow: UnitOfWork, find: Find, identifier: str, password: str, client: Client
    ) -> Credentials:
        allowances = self._attempts.at_password(identifier, client.address)
        async with self._begin() as first:
            await self._attempts.take(first, allowances)
            credentials = await find(first, identifier)
        # No connection is held while argon2 runs or waits for its turn.
        password_hash = credentials.password_hash if credentials else None
        if not await self._passwords.verify(password_hash, password) or credentials is None:
            raise LoginRefused
        await self._attempts.give_back(uow, allowances)
        return credentials

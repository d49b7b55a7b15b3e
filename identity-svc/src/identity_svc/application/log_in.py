"""Logging in: people by password or code, officers by password and what else proves them."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.accounts import Credentials
from ..domain.codes import Purpose, TypedCode
from ..domain.devices import Client
from ..domain.errors import AccountNotRegistered, CodeRefused, LoginRefused
from ..domain.places import Asker
from .attempts import Attempts
from .factors.challenge import Challenge
from .factors.second_step import AskSecondFactor
from .hash_passwords import Passwords
from .open_session import IssuedTokens, OpenSession
from .ports import Accounts, Officers
from .prove_code import ProveCode
from .recognise import Recognise
from .strangers import Strangers

Find = Callable[[UnitOfWork, str], Awaitable[Credentials | None]]
RecogniseAs = Callable[[UnitOfWork, UUID | None], Awaitable[Asker]]


class LogIn:
    """The same answer, after the same work, for whoever is not let in."""

    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        officers: Officers,
        passwords: Passwords,
        attempts: Attempts,
        recognise: Recognise,
        strangers: Strangers,
        prove_code: ProveCode,
        open_session: OpenSession,
        ask_second_factor: AskSecondFactor,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._officers = officers
        self._passwords = passwords
        self._attempts = attempts
        self._recognise = recognise
        self._strangers = strangers
        self._prove_code = prove_code
        self._open_session = open_session
        self._ask_second_factor = ask_second_factor

    async def by_phone_and_password(
        self, uow: UnitOfWork, phone: str, password: str, client: Client
    ) -> IssuedTokens:
        """`phone` is E.164. Raises LoginRefused or TooManyAttempts."""
        find = self._accounts.credentials_by_phone

        def recognise(first: UnitOfWork, owner_id: UUID | None) -> Awaitable[Asker]:
            return self._recognise.person(first, phone, owner_id, client.address)

        credentials = await self._by_password(uow, find, recognise, phone, password)
        return await self._open_session(uow, credentials.subject, "password", client)

    async def by_badge_and_password(
        self, uow: UnitOfWork, badge_no: str, password: str, client: Client, device_token: str | None = None
    ) -> IssuedTokens | Challenge:
        """A challenge where a second factor is still to be proven. Raises LoginRefused or TooManyAttempts."""
        find = self._officers.credentials_by_badge

        def recognise(first: UnitOfWork, owner_id: UUID | None) -> Awaitable[Asker]:
            return self._recognise.officer(first, badge_no, owner_id, client.address, device_token)

        credentials = await self._by_password(uow, find, recognise, badge_no, password)
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
        self, uow: UnitOfWork, find: Find, recognise: RecogniseAs, identifier: str, password: str
    ) -> Credentials:
        async with self._strangers.watched() as watch, self._begin() as first:
            credentials = await find(first, identifier)
            owner_id = credentials.subject.id if credentials else None
            watch.asker = asker = await recognise(first, owner_id)
            allowances = self._attempts.at_password(asker)
            await self._attempts.take(first, allowances, asker.instead)
        # No connection is held while argon2 runs or waits for its turn.
        password_hash = credentials.password_hash if credentials else None
        if not await self._passwords.verify(password_hash, password) or credentials is None:
            raise LoginRefused
        await self._attempts.give_back(uow, allowances)
        return credentials

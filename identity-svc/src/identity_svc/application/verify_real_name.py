"""The real-name check (实名认证): two factors against the registry, then level 2.

The registry is asked between two transactions, never inside one. Only a match is stored, so a crash
in between loses nothing: the person asks again. Of two identities confirmed for one account at the
same time, the first one written stays.
"""

from dataclasses import replace
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin
from contracts.identity import AccountVerified

from ..domain.accounts import IAL_REAL_NAME, Account, Subject
from ..domain.errors import AccountNotFound, AlreadyVerified, RealNameNotConfirmed, RealNameServiceDown
from ..domain.sessions import Authentication
from .attempts import Attempts
from .mint_tokens import MintTokens
from .ports import Accounts, PartnerUnavailable, RealNameRegistry


class VerifyRealName:
    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        registry: RealNameRegistry,
        attempts: Attempts,
        minter: MintTokens,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._registry = registry
        self._attempts = attempts
        self._minter = minter

    async def __call__(
        self,
        uow: UnitOfWork,
        account_id: UUID,
        session_id: UUID,
        authentication: Authentication,
        name: str,
        id_number: str,
    ) -> tuple[Account, str]:
        """The verified account, and an access token that says so.

        For a company, name and number are its legal representative's. Raises RealNameNotConfirmed
        (mismatch, or somebody else's account has this identity), AlreadyVerified, RealNameServiceDown,
        TooManyAttempts.
        """
        account = await self._begin_attempt(account_id)
        if account.ial < IAL_REAL_NAME:
            await self._ask_registry(account, name, id_number)
            account = await self._store(uow, account, name, id_number)
        if (account.personal.name, account.personal.id_number) != (name, id_number):
            raise AlreadyVerified
        subject = Subject(account.id, is_officer=False, roles=(account.kind.role,), ial=account.ial)
        return account, await self._minter.for_subject(subject, session_id, authentication)

    async def _store(self, uow: UnitOfWork, account: Account, name: str, id_number: str) -> Account:
        """The account with this identity; where another request was faster, as that one left it."""
        moment = now()
        personal = replace(account.personal, name=name, id_number=id_number)
        version = await self._accounts.verify(uow, account.id, personal, moment)
        if version is None:
            return await self._present(uow, account.id)
        ial = IAL_REAL_NAME
        uow.emit(AccountVerified(account_id=account.id, ial=ial, verified_at=moment), version=version)
        return replace(account, personal=personal, ial=ial, verified_at=moment, version=version)

    async def _begin_attempt(self, account_id: UUID) -> Account:
        async with self._begin() as uow:
            account = await self._present(uow, account_id)
            if account.ial < IAL_REAL_NAME:
                await self._attempts.take(uow, self._attempts.at_real_name(account_id))
        return account

    async def _present(self, uow: UnitOfWork, account_id: UUID) -> Account:
        account = await self._accounts.by_id(uow, account_id)
        if account is None:
            raise AccountNotFound
        return account

    async def _ask_registry(self, account: Account, name: str, id_number: str) -> None:
        try:
            matches = await self._registry.person_matches(name, id_number)
            if matches and account.company:
                company = account.company
                matches = await self._registry.company_matches(company.name, company.uscc, name)
        except PartnerUnavailable as error:
            async with self._begin() as uow:
                await self._attempts.give_back(uow, self._attempts.at_real_name(account.id))
            raise RealNameServiceDown from error
        if not matches:
            raise RealNameNotConfirmed

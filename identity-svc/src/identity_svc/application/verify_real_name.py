"""The real-name check (实名认证): two factors against the registry, then level 2.

The registry is asked between two transactions, never inside one. Only a match is stored, so a crash
in between loses nothing: the person asks again. Of two identities confirmed for one account at the
same time, the first one written stays.
"""

from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.accounts import IAL_REAL_NAME, Account, Subject
from ..domain.assurance import Proof, Source
from ..domain.errors import AccountNotFound, AlreadyVerified, RealNameNotConfirmed, RealNameServiceDown
from ..domain.sessions import Authentication
from .attempts import Attempts
from .mint_tokens import MintTokens
from .ports import Accounts, PartnerUnavailable, RealNameRegistry
from .raise_assurance import RaiseAssurance


class VerifyRealName:
    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        registry: RealNameRegistry,
        attempts: Attempts,
        raise_assurance: RaiseAssurance,
        minter: MintTokens,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._registry = registry
        self._attempts = attempts
        self._raise = raise_assurance
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
            proof = Proof.by(Source.REALNAME, name=name, id_number=id_number)
            account = await self._raise(uow, account.id, proof)
        if (account.personal.name, account.personal.id_number) != (name, id_number):
            raise AlreadyVerified
        subject = Subject(account.id, is_officer=False, roles=(account.kind.role,), ial=account.ial)
        return account, await self._minter.for_subject(subject, session_id, authentication)

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

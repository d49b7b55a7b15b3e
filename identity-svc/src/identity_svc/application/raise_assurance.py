"""Raising an account's level (认证等级) by a proof: the one way, whatever the proof was."""

from dataclasses import replace
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from contracts.identity import AccountVerified

from ..domain.accounts import Account, Kind
from ..domain.assurance import Proof, Source, recognised
from ..domain.errors import AccountNotFound
from .mandates.claim_ward import ClaimWard
from .ports import Accounts, Assurance, Messages


class RaiseAssurance:
    """Keeps the proof, with the identity it showed where the account had none; the level never falls by it."""

    def __init__(
        self, accounts: Accounts, assurance: Assurance, messages: Messages, claim_ward: ClaimWard
    ) -> None:
        self._accounts = accounts
        self._assurance = assurance
        self._messages = messages
        self._claim_ward = claim_ward

    async def __call__(self, uow: UnitOfWork, account_id: UUID, proof: Proof) -> Account:
        """The account as it is then. Locks it: of two identities shown at once the first stays.

        Raises AccountNotFound; AlreadyVerified for another identity than the account's; IdentityUnknown where neither
        knows one; RealNameNotConfirmed when the person, or the company, has another account.
        """
        account = await self._accounts.locked(uow, account_id)
        if (
            account is None or account.erased
        ):  # while its phone was looked up: what is shown now is kept nowhere
            raise AccountNotFound
        if proof.source is Source.REALNAME and account.ial >= proof.level:
            return recognised(account, proof)  # said before; nothing new to keep
        moment = now()
        raised = replace(recognised(account, proof), ial=max(account.ial, proof.level))
        await self._assurance.add(uow, account_id, proof, moment)
        if proof.source is Source.WINDOW or raised != account:
            told = f"assurance_by_{proof.source}"
            await self._messages.tell(uow, account_id, told, {"level": raised.ial})
        if raised == account:
            return account
        raised = replace(raised, verified_at=account.verified_at or moment, version=account.version + 1)
        if account.kind is Kind.PERSON and account.personal.id_number is None and raised.personal.id_number:
            await self._claim_ward(uow, raised)
        await self._accounts.recognise(uow, raised)
        event = AccountVerified(account_id=account_id, ial=raised.ial, verified_at=moment)
        uow.emit(event, version=raised.version)
        return raised

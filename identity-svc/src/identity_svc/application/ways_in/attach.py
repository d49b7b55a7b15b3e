"""Linking somebody whom a provider vouches for with an account that was proven to be theirs."""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ...domain.accounts import Account, Kind
from ...domain.assurance import Proof, Source
from ...domain.personal import mask_phone
from ...domain.ways_in.errors import AccountOfAnother, LinkedElsewhere, PersonHasAccount
from ...domain.ways_in.links import LinkProof
from ...domain.ways_in.vouched import Provider, Vouched
from ..ports import Accounts, Messages
from ..raise_assurance import RaiseAssurance
from .ports import Links


def has_account(own: Account) -> Exception:
    """What to tell a person who has this account and comes with another's phone."""
    assert own.personal.phone is not None  # accounts without a log-in of their own are not found by number
    return PersonHasAccount(mask_phone(own.personal.phone))


class Attach:
    """Accounts are linked, never merged: whoever has an account keeps that one."""

    def __init__(
        self, accounts: Accounts, links: Links, raise_assurance: RaiseAssurance, messages: Messages
    ) -> None:
        self._accounts = accounts
        self._links = links
        self._raise = raise_assurance
        self._messages = messages

    async def account_of(self, uow: UnitOfWork, vouched: Vouched) -> Account | None:
        """The account of the person that the provider says this is."""
        if not vouched.knows_identity or vouched.id_number is None:
            return None
        return await self._accounts.person_by_id_number(uow, vouched.id_number)

    async def __call__(
        self, uow: UnitOfWork, account: Account, vouched: Vouched, proof: LinkProof
    ) -> Account:
        """The account as it is then; its owner is told.

        Raises AccountOfAnother, PersonHasAccount, LinkedElsewhere.
        """
        self.check(account, vouched)
        own = await self.account_of(uow, vouched)
        if own is not None and own.id != account.id:
            raise has_account(own)
        already = await self._links.enter(uow, vouched, now())
        if already is not None and already.id != account.id:
            raise LinkedElsewhere
        if already is None:
            await self._link(uow, account.id, vouched, proof)
        return await self.recognise(uow, account, vouched)

    def check(self, account: Account, vouched: Vouched) -> None:
        """Raises AccountOfAnother where this cannot be the person's account."""
        if vouched.provider is not Provider.CITY:
            return
        number = account.personal.id_number
        other = vouched.knows_identity and number is not None and number != vouched.id_number
        if account.kind is not Kind.PERSON or other:
            raise AccountOfAnother

    async def recognise(self, uow: UnitOfWork, account: Account, vouched: Vouched) -> Account:
        """The account at the level that the provider's word is worth, where that is higher."""
        if not vouched.knows_identity or vouched.level <= account.ial:
            return account
        proof = Proof(Source.CITY, vouched.level, name=vouched.name, id_number=vouched.id_number)
        return await self._raise(uow, account.id, proof)

    async def _link(self, uow: UnitOfWork, account_id: UUID, vouched: Vouched, proof: LinkProof) -> None:
        link_id = uuid7()
        if not await self._links.add(uow, link_id, account_id, vouched, proof, now()):
            raise LinkedElsewhere
        await self._messages.tell(uow, account_id, f"linked_{vouched.provider}", {"link_id": str(link_id)})
        facts = {"provider": vouched.provider, "proof": proof, "link": str(link_id)}
        uow.audit("link.add", actor=str(account_id), subject=str(account_id), facts=facts)

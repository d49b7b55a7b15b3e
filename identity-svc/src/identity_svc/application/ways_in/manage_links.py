"""Linking and unlinking from within one's account."""

from datetime import timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.codes import Purpose, TypedCode
from ...domain.errors import AccountNotFound
from ...domain.sessions import Authentication
from ...domain.ways_in.errors import LinkNotFound, ReauthenticationNeeded, TicketInvalid
from ...domain.ways_in.links import LinkProof
from ..ports import Accounts, Messages
from ..prove_code import ProveCode
from .attach import Attach
from .ports import Links, Tickets


class ManageLinks:
    """Unlinking never locks anybody out: an account always has its phone, and a code sent there opens it."""

    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        links: Links,
        tickets: Tickets,
        prove_code: ProveCode,
        attach: Attach,
        messages: Messages,
        recent: timedelta,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._links = links
        self._tickets = tickets
        self._prove_code = prove_code
        self._attach = attach
        self._messages = messages
        self._recent = recent

    async def add(
        self,
        uow: UnitOfWork,
        account_id: UUID,
        authentication: Authentication,
        ticket: str,
        code: TypedCode | None,
        address: str,
    ) -> None:
        """Raises ReauthenticationNeeded unless the owner proved who they are just now, by a code or by logging in.

        Else TicketInvalid, CodeRefused, TooManyAttempts, PersonHasAccount, AccountOfAnother, LinkedElsewhere.
        """
        fresh = now() - authentication.at <= self._recent
        if code is None and not fresh:
            raise ReauthenticationNeeded
        async with self._begin() as first:
            account = await self._accounts.by_id(first, account_id)
        if account is None or account.personal.phone is None:
            raise AccountNotFound  # a ward's account has nobody who logs in to it
        if code is not None:
            proven = await self._prove_code(account.personal.phone, Purpose.LINK, code, address)
            await self._prove_code.use(uow, proven)
        vouched = await self._tickets.use(uow, ticket)
        if vouched is None:
            raise TicketInvalid
        await self._attach(uow, account, vouched, LinkProof.SMS if code else LinkProof.LOGGED_IN)

    async def remove(self, uow: UnitOfWork, account_id: UUID, link_id: UUID) -> None:
        """Raises LinkNotFound, for somebody else's link too."""
        provider = await self._links.remove(uow, account_id, link_id)
        if provider is None:
            raise LinkNotFound
        await self._messages.tell(uow, account_id, f"unlinked_{provider}", {"link_id": str(link_id)})
        facts = {"provider": provider, "link": str(link_id)}
        uow.audit("link.remove", actor=str(account_id), subject=str(account_id), facts=facts)

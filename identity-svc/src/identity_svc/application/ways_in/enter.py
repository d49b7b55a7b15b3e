"""Coming in with somebody's word: at once where it is linked, else with a ticket to go on and link it."""

from dataclasses import dataclass

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.accounts import Subject
from ...domain.devices import Client
from ...domain.errors import AccountNotFound
from ...domain.ways_in.errors import TicketInvalid
from ...domain.ways_in.vouched import Provider, Vouched
from ..attempts import Attempts
from ..open_session import IssuedTokens, OpenSession
from ..ports import Accounts
from .attach import Attach
from .ports import Links, Tickets, WeChat


@dataclass(frozen=True, slots=True)
class PhoneNeeded:
    """Nothing is linked yet. `own_phone`, E.164: of the account that this person has, which is the one to link."""

    ticket: str
    own_phone: str | None


class Enter:
    def __init__(
        self,
        begin: Begin,
        wechat: WeChat,
        links: Links,
        tickets: Tickets,
        accounts: Accounts,
        attempts: Attempts,
        attach: Attach,
        open_session: OpenSession,
    ) -> None:
        self._begin = begin
        self._wechat = wechat
        self._links = links
        self._tickets = tickets
        self._accounts = accounts
        self._attempts = attempts
        self._attach = attach
        self._open_session = open_session

    async def by_wechat(self, uow: UnitOfWork, js_code: str, client: Client) -> IssuedTokens | PhoneNeeded:
        """Raises VouchingRefused, ProviderDown, WayNotOffered, TooManyAttempts."""
        allowances = self._attempts.at_provider(client.address)
        async with self._begin() as first:
            await self._attempts.take(first, allowances)
        vouched = await self._wechat.mini_program_user(js_code)
        await self._attempts.give_back(uow, allowances)
        return await self(uow, vouched, client)

    async def by_ticket(self, uow: UnitOfWork, ticket: str, client: Client) -> IssuedTokens | PhoneNeeded:
        """Raises TicketInvalid. A ticket that leads nowhere yet stays valid."""
        vouched = await self._tickets.read(uow, ticket)
        if vouched is None:
            raise TicketInvalid
        subject = await self._entered(uow, vouched)
        if subject is None:
            return await self._phone_needed(uow, ticket, vouched)
        if await self._tickets.use(uow, ticket) is None:
            raise TicketInvalid
        return await self._open_session(uow, subject, vouched.provider, client)

    async def __call__(self, uow: UnitOfWork, vouched: Vouched, client: Client) -> IssuedTokens | PhoneNeeded:
        subject = await self._entered(uow, vouched)
        if subject is None:
            return await self._phone_needed(uow, await self._tickets.issue(uow, vouched), vouched)
        return await self._open_session(uow, subject, vouched.provider, client)

    async def _entered(self, uow: UnitOfWork, vouched: Vouched) -> Subject | None:
        """Whose account it is, at the level it now has. Raises AccountOfAnother."""
        subject = await self._links.enter(uow, vouched, now())
        if subject is None or vouched.provider is not Provider.CITY:
            return subject
        account = await self._accounts.by_id(uow, subject.id)
        if account is None:
            raise AccountNotFound
        self._attach.check(account, vouched)
        own = await self._attach.account_of(uow, vouched)
        if own is None or own.id == account.id:
            account = await self._attach.recognise(uow, account, vouched)
        return account.subject

    async def _phone_needed(self, uow: UnitOfWork, ticket: str, vouched: Vouched) -> PhoneNeeded:
        own = await self._attach.account_of(uow, vouched)
        return PhoneNeeded(ticket, own.personal.phone if own else None)

"""Going on with a ticket: a phone is proven, and its account linked, or made and linked; then one is in."""

from dataclasses import dataclass
from typing import NamedTuple

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin

from ...domain.accounts import IAL_PHONE, Account, Kind
from ...domain.codes import Purpose, TypedCode
from ...domain.devices import Client
from ...domain.errors import AccountNotFound
from ...domain.limits import Allowance
from ...domain.personal import Personal
from ...domain.ways_in.errors import PhoneMissing, TicketInvalid
from ...domain.ways_in.links import LinkProof
from ..attempts import Attempts
from ..open_session import IssuedTokens, OpenSession
from ..ports import Accounts
from ..prove_code import ProveCode, ProvenCode
from ..register_account import registered
from ..request_code import RequestCode
from .attach import Attach, has_account
from .ports import Tickets, WeChat


@dataclass(frozen=True, slots=True)
class PhoneProof:
    """Either `code`, sent to `phone` (E.164; None: to the phone of the account this person has), or what WeChat's
    phone button gave."""

    phone: str | None = None
    code: TypedCode | None = None
    wechat_phone_code: str | None = None


class CodeSentTo(NamedTuple):
    """`phone` is E.164, `ticket` the code's."""

    phone: str
    ticket: str


class _Proven(NamedTuple):
    phone: str
    how: LinkProof
    code: ProvenCode | None
    tries: list[Allowance]


class LinkPhone:
    def __init__(
        self,
        begin: Begin,
        wechat: WeChat,
        tickets: Tickets,
        accounts: Accounts,
        attempts: Attempts,
        request_code: RequestCode,
        prove_code: ProveCode,
        attach: Attach,
        open_session: OpenSession,
    ) -> None:
        self._begin = begin
        self._wechat = wechat
        self._tickets = tickets
        self._accounts = accounts
        self._attempts = attempts
        self._request_code = request_code
        self._prove_code = prove_code
        self._attach = attach
        self._open_session = open_session

    async def send_code(self, uow: UnitOfWork, ticket: str, phone: str | None, address: str) -> CodeSentTo:
        """Where a code is on its way to, and its ticket. Raises TicketInvalid, PersonHasAccount, TooManyCodes."""
        phone = await self._phone(uow, ticket, phone)
        return CodeSentTo(phone, await self._request_code(uow, phone, Purpose.LINK, address))

    async def __call__(
        self, uow: UnitOfWork, ticket: str, proof: PhoneProof, client: Client
    ) -> tuple[IssuedTokens, bool]:
        """A session, and whether the account was made just now.

        Raises TicketInvalid, CodeRefused, TooManyAttempts; VouchingRefused, ProviderDown, WayNotOffered of WeChat;
        PersonHasAccount, AccountOfAnother, LinkedElsewhere.
        """
        proven = await self._prove(ticket, proof, client.address)
        if proven.code is not None:
            await self._prove_code.use(uow, proven.code)
        await self._attempts.give_back(uow, proven.tries)
        vouched = await self._tickets.use(uow, ticket)
        if vouched is None:
            raise TicketInvalid
        account, is_new = await self._account(uow, proven.phone)
        account = await self._attach(uow, account, vouched, proven.how)
        return await self._open_session(uow, account.subject, vouched.provider, client), is_new

    async def _prove(self, ticket: str, proof: PhoneProof, address: str) -> _Proven:
        """The phone that was proven; nothing of it is used up yet."""
        if proof.code is not None:
            async with self._begin() as uow:
                phone = await self._phone(uow, ticket, proof.phone)
            code = await self._prove_code(phone, Purpose.LINK, proof.code, address)
            return _Proven(phone, LinkProof.SMS, code, [])
        allowances = self._attempts.at_provider(address)
        async with self._begin() as uow:
            if await self._tickets.read(uow, ticket) is None:
                raise TicketInvalid
            await self._attempts.take(uow, allowances)
        phone = await self._wechat.phone(proof.wechat_phone_code or "")
        async with self._begin() as uow:
            await self._phone(uow, ticket, phone)
        return _Proven(phone, LinkProof.WECHAT_PHONE, None, allowances)

    async def _phone(self, uow: UnitOfWork, ticket: str, phone: str | None) -> str:
        """The phone to prove: for a person with an account, that account's and no other."""
        vouched = await self._tickets.read(uow, ticket)
        if vouched is None:
            raise TicketInvalid
        own = await self._attach.account_of(uow, vouched)
        if own is not None:
            if own.personal.phone is None or phone not in (None, own.personal.phone):
                raise has_account(own)
            return own.personal.phone
        if phone is None:
            raise PhoneMissing
        return phone

    async def _account(self, uow: UnitOfWork, phone: str) -> tuple[Account, bool]:
        """The phone's account, and whether it was made just now."""
        credentials = await self._accounts.credentials_by_phone(uow, phone)
        if credentials is not None:
            found = await self._accounts.by_id(uow, credentials.subject.id)
            if found is None:
                raise AccountNotFound
            return found, False
        account = Account(
            id=uuid7(),
            kind=Kind.PERSON,
            personal=Personal(phone=phone),
            company=None,
            ial=IAL_PHONE,
            has_password=False,
            registered_at=now(),
            verified_at=None,
        )
        await self._accounts.add(uow, account, None)
        uow.emit(registered(account), version=1)
        return account, True

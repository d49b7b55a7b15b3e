"""Guardians: of a child, by the registry's word; of anybody, by an officer who saw the proof."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from chassis.clock import SHANGHAI, now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin
from contracts.identity import AccountVerified

from ...domain.accounts import IAL_REAL_NAME, Account
from ...domain.accounts import Kind as AccountKind
from ...domain.assurance import Proof, Source
from ...domain.errors import AccountNotFound, PhoneNotRegistered, RealNameServiceDown
from ...domain.mandates.errors import (
    ChildrenOnly,
    KinshipNotConfirmed,
    NotForOneself,
    OnlyPeopleAct,
    RealNameFirst,
)
from ...domain.mandates.mandate import Kind, Mandate, Scope, State, of_age_on
from ...domain.personal import Personal
from ..attempts import Attempts
from ..ports import Accounts, Assurance, Messages, PartnerUnavailable, RealNameRegistry
from ..register_account import registered
from ..verify_at_window import AtWindow
from .expire import EXPIRE_MANDATE
from .ports import Kinship, Mandates, Notices, People, Window
from .tell import GRANTED_SMS, tell_both


@dataclass(frozen=True, slots=True)
class Ward:
    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Registers:
    """Who knows names and numbers, and who knows families."""

    names: RealNameRegistry
    kinship: Kinship


class AddWard:
    """A ward without an account gets one, without a phone and a log-in of its own."""

    def __init__(
        self,
        begin: Begin,
        mandates: Mandates,
        people: People,
        accounts: Accounts,
        assurance: Assurance,
        messages: Messages,
        notices: Notices,
        registers: Registers,
        attempts: Attempts,
        at_window: AtWindow,
    ) -> None:
        self._begin = begin
        self._mandates = mandates
        self._people = people
        self._accounts = accounts
        self._assurance = assurance
        self._messages = messages
        self._notices = notices
        self._registers = registers
        self._attempts = attempts
        self._at_window = at_window

    async def of_child(
        self, uow: UnitOfWork, by: UUID, ward: Ward, scope: Scope, expires_at: datetime
    ) -> Mandate:
        """Ends with the 18th birthday at the latest.

        Raises OnlyPeopleAct, RealNameFirst, ChildrenOnly, KinshipNotConfirmed, AlreadyGuardian, RealNameServiceDown,
        TooManyAttempts.
        """
        of_age = datetime.combine(of_age_on(ward.id_number), datetime.min.time(), SHANGHAI).astimezone(UTC)
        if of_age <= now():
            raise ChildrenOnly
        async with self._begin() as first:
            guardian = _guardian(await self._people.by_id(first, by))
            await self._attempts.take(first, self._attempts.at_kinship(by))
        if not await self._confirmed(by, guardian, ward):
            raise KinshipNotConfirmed
        mandate = _mandate(by, by, scope, min(expires_at, of_age))
        return await self._grant(uow, mandate, ward, Source.KINSHIP, None)

    async def at_window(
        self,
        uow: UnitOfWork,
        officer_id: UUID,
        window: str,
        guardian_phone: str,
        ward: Ward,
        scope: Scope,
        expires_at: datetime,
    ) -> Mandate:
        """The officer saw both documents and what proves the guardianship; of a child or of an adult.

        Raises NotAtThisWindow, OwnMatter, PhoneNotRegistered, OnlyPeopleAct, RealNameFirst, AlreadyGuardian.
        """
        found = await self._accounts.credentials_by_phone(uow, guardian_phone)
        if found is None:
            raise PhoneNotRegistered
        guardian = _guardian(await self._people.by_id(uow, found.subject.id))
        place = await self._at_window(uow, officer_id, window, ward.name, guardian.personal.name or "")
        mandate = _mandate(guardian.id, officer_id, scope, expires_at)
        return await self._grant(uow, mandate, ward, Source.WINDOW, Window(officer_id, place.code))

    async def _grant(
        self, uow: UnitOfWork, mandate: Mandate, ward: Ward, source: Source, window: Window | None
    ) -> Mandate:
        account = await self._people.by_id_number(uow, ward.id_number)
        if account is None:
            account = await self._make_account(uow, ward, source, window)
        if account.personal.name != ward.name:
            raise KinshipNotConfirmed
        if account.id == mandate.agent_id:
            raise NotForOneself
        granted = _for(mandate, account.id)
        await self._mandates.grant(uow, granted, source.value, window)
        uow.enqueue(EXPIRE_MANDATE, str(granted.id), run_at=granted.expires_at)
        facts = {"mandate": str(granted.id), "guardian": str(granted.agent_id)} | (
            {"window": window.code} if window else {}
        )
        uow.audit("mandate.guardian", actor=str(mandate.offered_by), subject=str(account.id), facts=facts)
        await tell_both(self._messages, uow, granted)
        # Where the ward has a phone of their own: nobody gets a guardian without hearing of it.
        self._notices.to_account(uow, account.id, granted.id, GRANTED_SMS)
        return granted

    async def _make_account(
        self, uow: UnitOfWork, ward: Ward, source: Source, window: Window | None
    ) -> Account:
        moment = now()
        account = Account(
            id=uuid7(),
            kind=AccountKind.PERSON,
            personal=Personal(phone=None, name=ward.name, id_number=ward.id_number),
            company=None,
            ial=IAL_REAL_NAME,
            has_password=False,
            registered_at=moment,
            verified_at=moment,
            version=2,
        )
        if not await self._people.add_ward(uow, account):
            # The other parent was faster; theirs is the account.
            there = await self._people.by_id_number(uow, ward.id_number)
            if there is None:
                raise KinshipNotConfirmed
            return there
        proof = Proof(
            source,
            IAL_REAL_NAME,
            officer_id=window.officer_id if window else None,
            window=window.code if window else None,
        )
        await self._assurance.add(uow, account.id, proof, moment)
        uow.emit(registered(account), version=1)
        verified = AccountVerified(account_id=account.id, ial=account.ial, verified_at=moment)
        uow.emit(verified, version=2)
        return account

    async def _confirmed(self, by: UUID, guardian: Account, ward: Ward) -> bool:
        name, number = guardian.personal.name, guardian.personal.id_number
        assert name is not None and number is not None  # known by name and number, as `_guardian` says
        child = (ward.name, ward.id_number)
        try:
            return await self._registers.names.person_matches(
                *child
            ) and await self._registers.kinship.is_parent((name, number), child)
        except PartnerUnavailable as error:
            async with self._begin() as uow:
                await self._attempts.give_back(uow, self._attempts.at_kinship(by))
            raise RealNameServiceDown from error


def _guardian(account: Account | None) -> Account:
    if account is None:
        raise AccountNotFound
    if account.kind is not AccountKind.PERSON:
        raise OnlyPeopleAct
    if account.ial < IAL_REAL_NAME:
        raise RealNameFirst
    return account


def _mandate(guardian: UUID, by: UUID, scope: Scope, expires_at: datetime) -> Mandate:
    """Of a ward whose account is not known yet."""
    moment = now()
    return Mandate(
        id=uuid7(),
        kind=Kind.GUARDIAN,
        state=State.ACTIVE,
        principal_id=guardian,
        agent_id=guardian,
        scope=scope,
        may_appoint=False,
        offered_by=by,
        offered_at=moment,
        offer_ends_at=None,
        accepted_at=moment,
        expires_at=expires_at,
        ended_at=None,
    )


def _for(mandate: Mandate, ward: UUID) -> Mandate:
    return replace(mandate, principal_id=ward)

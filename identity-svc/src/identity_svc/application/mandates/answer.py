"""Accepting, declining and revoking: each under a lock, each told to both."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork

from ...domain.accounts import IAL_REAL_NAME, Account
from ...domain.accounts import Kind as AccountKind
from ...domain.errors import AccountNotFound
from ...domain.mandates.errors import (
    MandateChanged,
    MandateNotFound,
    MandateSettled,
    NameDiffers,
    OnlyPeopleAct,
    RealNameFirst,
)
from ...domain.mandates.mandate import Action, Kind, Mandate, Side, State, settle
from ..ports import Messages
from ..revoke_access import RevokeAccess
from .expire import EXPIRE_MANDATE
from .ports import Mandates, Notices, People
from .tell import ACCEPTED_SMS, tell_both


class AnswerMandate:
    """`version` is the one that was seen, where the caller says it."""

    def __init__(
        self,
        mandates: Mandates,
        people: People,
        messages: Messages,
        notices: Notices,
        revoke_access: RevokeAccess,
    ) -> None:
        self._mandates = mandates
        self._people = people
        self.messages = messages
        self._notices = notices
        self._revoke_access = revoke_access

    async def accept(
        self, uow: UnitOfWork, by: UUID, mandate_id: UUID, version: int | None = None
    ) -> Mandate:
        """Raises MandateNotFound, MandateChanged, MandateSettled, OnlyPeopleAct, RealNameFirst, NameDiffers."""
        account = await self._account(uow, by)
        mandate = await self._offered_to(uow, account, mandate_id, version)
        moment = now()
        state = settle(mandate.state, Action.ACCEPT, Side.AGENT)
        if moment >= mandate.ends_at:
            raise MandateSettled(State.EXPIRED)
        if account.kind is not AccountKind.PERSON:
            raise OnlyPeopleAct
        if account.ial < IAL_REAL_NAME:
            raise RealNameFirst
        offer = await self._mandates.offer_of(uow, mandate_id)
        if offer is None or offer.name != account.personal.name:
            raise NameDiffers
        accepted = replace(
            mandate, state=state, agent_id=account.id, accepted_at=moment, version=mandate.version + 1
        )
        await self._mandates.settled(uow, accepted)
        uow.enqueue(EXPIRE_MANDATE, str(mandate_id), run_at=accepted.expires_at)
        self._notices.to_account(uow, mandate.principal_id, mandate_id, ACCEPTED_SMS)
        await self._told(uow, "mandate.accept", by, accepted)
        return accepted

    async def decline(
        self, uow: UnitOfWork, by: UUID, mandate_id: UUID, version: int | None = None
    ) -> Mandate:
        """Raises MandateNotFound, MandateChanged, MandateSettled."""
        account = await self._account(uow, by)
        mandate = await self._offered_to(uow, account, mandate_id, version)
        state = settle(mandate.state, Action.DECLINE, Side.AGENT)
        over = _ended(replace(mandate, agent_id=account.id), state, now())
        await self._mandates.settled(uow, over)
        uow.cancel_job(EXPIRE_MANDATE, str(mandate_id))
        await self._told(uow, "mandate.decline", by, over)
        return over

    async def revoke(
        self, uow: UnitOfWork, by: UUID, mandate_id: UUID, version: int | None = None
    ) -> Mandate:
        """By either side, effective at once: tokens that name it are refused at the gateway within seconds.

        Raises MandateNotFound, MandateChanged, MandateSettled.
        """
        mandate = await self._mandates.locked(uow, mandate_id)
        if mandate is None or (side := await self._side(uow, mandate, by)) is None:
            raise MandateNotFound
        _check_version(mandate, version)
        return await self.end(uow, mandate, Action.REVOKE, side, by)

    async def end(self, uow: UnitOfWork, mandate: Mandate, action: Action, side: Side, by: UUID) -> Mandate:
        """Ends a locked mandate. Raises MandateSettled."""
        over = _ended(mandate, settle(mandate.state, action, side), now())
        if mandate.state is State.ACTIVE:
            await self._revoke_access.mandate(uow, mandate.id)
        await self._mandates.settled(uow, over)
        uow.cancel_job(EXPIRE_MANDATE, str(mandate.id))
        await self._told(uow, "mandate.revoke", by, over)
        return over

    async def _side(self, uow: UnitOfWork, mandate: Mandate, account_id: UUID) -> Side | None:
        if account_id == mandate.principal_id:
            return Side.PRINCIPAL
        if account_id == mandate.agent_id:
            return Side.AGENT
        if mandate.kind is not Kind.AGENT:
            return None
        # Whoever may appoint a company's agents may also let them go.
        held = await self._mandates.active_between(uow, mandate.principal_id, account_id, Kind.AGENT)
        appoints = any(
            one.may_appoint and one.holds(now()) and one.scope.covers(mandate.scope) for one in held
        )
        return Side.PRINCIPAL if appoints and not mandate.may_appoint else None

    async def _offered_to(
        self, uow: UnitOfWork, account: Account, mandate_id: UUID, version: int | None
    ) -> Mandate:
        """The mandate, locked, where it is this account's to answer. One that it answered before is there too."""
        mandate = await self._mandates.locked(uow, mandate_id)
        if mandate is None:
            raise MandateNotFound
        phone = account.personal.phone
        mine = mandate.agent_id == account.id or (
            phone is not None and await self._mandates.is_offered_to(uow, mandate_id, phone)
        )
        if not mine:
            raise MandateNotFound
        _check_version(mandate, version)
        return mandate

    async def _account(self, uow: UnitOfWork, account_id: UUID) -> Account:
        account = await self._people.by_id(uow, account_id)
        if account is None:
            raise AccountNotFound
        return account

    async def _told(self, uow: UnitOfWork, action: str, by: UUID, mandate: Mandate) -> None:
        uow.audit(
            action, actor=str(by), subject=str(mandate.principal_id), facts={"mandate": str(mandate.id)}
        )
        await tell_both(self.messages, uow, mandate)


def _check_version(mandate: Mandate, version: int | None) -> None:
    if version is not None and version != mandate.version:
        raise MandateChanged(mandate.version)


def _ended(mandate: Mandate, state: State, at: datetime) -> Mandate:
    return replace(mandate, state=state, ended_at=at, version=mandate.version + 1)

"""Letting somebody act for oneself, or for one's company."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ...domain.accounts import IAL_REAL_NAME, Account
from ...domain.accounts import Kind as AccountKind
from ...domain.errors import AccountNotFound, TooManyAttempts
from ...domain.limits import Allowance, Limit
from ...domain.mandates.errors import BeyondOwnMandate, NotForOneself, RealNameFirst
from ...domain.mandates.mandate import Kind, Mandate, Scope, State
from ..ports import KeyedHash, Messages, Throttle
from .expire import EXPIRE_MANDATE
from .ports import Mandates, Notices, Offer, People
from .tell import tell_both


@dataclass(frozen=True, slots=True)
class Offering:
    """`principal_id` null: for oneself. `may_appoint`: the agent of a company may appoint others for it."""

    to: Offer
    scope: Scope
    expires_at: datetime
    may_appoint: bool = False
    principal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    """`waits`: how long an offer can be accepted. `per_phone`: by one account to one phone."""

    waits: timedelta
    per_account: Limit
    per_phone: Limit


class OfferMandate:
    """The same answer whether the phone has an account or not: the offer waits until its holder accepts."""

    def __init__(
        self,
        mandates: Mandates,
        people: People,
        messages: Messages,
        notices: Notices,
        throttle: Throttle,
        keyed_hash: KeyedHash,
        policy: OfferPolicy,
    ) -> None:
        self._mandates = mandates
        self._people = people
        self._messages = messages
        self._notices = notices
        self._throttle = throttle
        self._hash = keyed_hash
        self._policy = policy

    async def __call__(self, uow: UnitOfWork, by: UUID, offering: Offering) -> Mandate:
        """Raises RealNameFirst, NotForOneself, BeyondOwnMandate, OfferPending, TooManyAttempts."""
        giver = await self._people.by_id(uow, by)
        if giver is None:
            raise AccountNotFound
        if giver.ial < IAL_REAL_NAME:
            raise RealNameFirst
        principal = await self._principal(uow, giver, offering)
        if principal.personal.phone == offering.to.phone and principal.kind is AccountKind.PERSON:
            raise NotForOneself
        await self._count(uow, giver.id, offering.to.phone)
        moment = now()
        mandate = Mandate(
            id=uuid7(),
            kind=Kind.AGENT if principal.kind is AccountKind.ENTERPRISE else Kind.PROXY,
            state=State.OFFERED,
            principal_id=principal.id,
            agent_id=None,
            scope=offering.scope,
            may_appoint=offering.may_appoint,
            offered_by=by,
            offered_at=moment,
            offer_ends_at=min(moment + self._policy.waits, offering.expires_at),
            accepted_at=None,
            expires_at=offering.expires_at,
            ended_at=None,
        )
        await self._mandates.offer(uow, mandate, offering.to)
        uow.enqueue(EXPIRE_MANDATE, str(mandate.id), run_at=mandate.ends_at)
        uow.audit(
            "mandate.offer", actor=str(by), subject=str(principal.id), facts={"mandate": str(mandate.id)}
        )
        await tell_both(self._messages, uow, mandate)
        self._notices.to_offered(uow, mandate.id)
        return mandate

    async def _principal(self, uow: UnitOfWork, giver: Account, offering: Offering) -> Account:
        """Whom the agent shall act for: the giver, or a company whose agent with that right the giver is."""
        if offering.principal_id in (None, giver.id):
            if offering.may_appoint and giver.kind is AccountKind.PERSON:
                raise BeyondOwnMandate
            return giver
        held = await self._mandates.active_between(uow, offering.principal_id, giver.id, Kind.AGENT)
        company = await self._people.by_id(uow, offering.principal_id)
        if company is None or offering.may_appoint or not any(_allows(one, offering) for one in held):
            raise BeyondOwnMandate
        return company

    async def _count(self, uow: UnitOfWork, giver: UUID, phone: str) -> None:
        """Every offer is a short message to somebody who may not want it; how many others sent some, nobody learns."""
        allowances = [
            Allowance(self._hash(f"mandate-by:{giver}"), self._policy.per_account),
            Allowance(self._hash(f"mandate-by:{giver}:{phone}"), self._policy.per_phone),
        ]
        if used_up := await self._throttle.take(uow, allowances):
            raise TooManyAttempts(used_up.wait)


def _allows(held: Mandate, offering: Offering) -> bool:
    return (
        held.may_appoint
        and held.holds(now())
        and held.scope.covers(offering.scope)
        and offering.expires_at <= held.expires_at
    )

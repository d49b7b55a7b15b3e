"""A ward who proves their identity with a phone of their own: guardians end, and what was theirs is theirs to see.

Nothing is merged: cases stay with the account they were made for, and its owner may act for it like anybody with a
mandate, for good.
"""

from datetime import UTC, datetime
from typing import Final

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ...domain.accounts import Account
from ...domain.mandates.mandate import Action, Kind, Mandate, Scope, Side, State
from .answer import AnswerMandate
from .ports import Mandates, People
from .tell import tell_both

FOR_GOOD: Final = datetime(9999, 1, 1, tzinfo=UTC)


class ClaimWard:
    def __init__(self, mandates: Mandates, people: People, answer: AnswerMandate) -> None:
        self._mandates = mandates
        self._people = people
        self._answer = answer

    async def __call__(self, uow: UnitOfWork, owner: Account) -> None:
        """Before `owner`, who has just been recognised, is stored: their number may stand at a ward's account."""
        assert owner.personal.id_number is not None
        ward = await self._people.by_id_number(uow, owner.personal.id_number)
        if ward is None or ward.id == owner.id or ward.personal.phone is not None:
            return
        await self._people.release_identity(uow, ward.id)
        for mandate_id in await self._mandates.active_of_principal(uow, ward.id, Kind.GUARDIAN):
            mandate = await self._mandates.locked(uow, mandate_id)
            if mandate is not None and mandate.state is State.ACTIVE:
                await self._answer.end(uow, mandate, Action.REVOKE, Side.CLOCK, owner.id)
        moment = now()
        mandate = Mandate(
            id=uuid7(),
            kind=Kind.OWNER,
            state=State.ACTIVE,
            principal_id=ward.id,
            agent_id=owner.id,
            scope=Scope(),
            may_appoint=False,
            offered_by=owner.id,
            offered_at=moment,
            offer_ends_at=None,
            accepted_at=moment,
            expires_at=FOR_GOOD,
            ended_at=None,
        )
        await self._mandates.grant(uow, mandate, "claim", None)
        uow.audit(
            "mandate.claim", actor=str(owner.id), subject=str(ward.id), facts={"mandate": str(mandate.id)}
        )
        await tell_both(self._answer.messages, uow, mandate)

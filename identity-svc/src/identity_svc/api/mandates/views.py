"""A mandate as its sides see it; names are masked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.tokens import Role
from pydantic import BaseModel, Field

from ...application.mandates.act import Acting
from ...domain.accounts import Account
from ...domain.mandates.mandate import Kind, Mandate, State


class PartyView(BaseModel):
    """`name` of a person is masked; a company's is public, like its `uscc`."""

    account_id: UUID
    kind: Literal["person", "enterprise"]
    name: str | None
    uscc: str | None

    @classmethod
    def of(cls, account: Account) -> "PartyView":
        return cls(
            account_id=account.id,
            kind=account.kind.value,
            name=account.shown_name,
            uscc=account.company.uscc if account.company else None,
        )


class MandateView(BaseModel):
    """`agent` is null until somebody has accepted, also where the phone has an account. Both lists empty: everything.

    `kind`: `proxy` a person's, `agent` a company's, `guardian` of a ward, `owner` of what a guardian once kept.
    """

    id: UUID
    kind: Kind
    state: State
    principal: PartyView | None
    agent: PartyView | None
    items: list[str]
    departments: list[str]
    may_appoint: bool
    offered_at: datetime
    offer_ends_at: datetime | None
    accepted_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, mandate: Mandate, accounts: Mapping[UUID, Account]) -> "MandateView":
        principal = accounts.get(mandate.principal_id)
        agent = accounts.get(mandate.agent_id) if mandate.agent_id else None
        return cls(
            id=mandate.id,
            kind=mandate.kind,
            state=mandate.state,
            principal=PartyView.of(principal) if principal else None,
            agent=PartyView.of(agent) if agent else None,
            items=list(mandate.scope.items),
            departments=list(mandate.scope.departments),
            may_appoint=mandate.may_appoint,
            offered_at=mandate.offered_at,
            offer_ends_at=mandate.offer_ends_at,
            accepted_at=mandate.accepted_at,
            expires_at=mandate.expires_at,
            ended_at=mandate.ended_at,
            version=mandate.version,
        )


class ActingView(BaseModel):
    """A token that stands for `principal` and names who acts. It is not refreshed: ask again, with one's own token."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="秒 · seconds")
    roles: list[Role]
    principal: PartyView
    mandate_id: UUID
    items: list[str]
    departments: list[str]

    @classmethod
    def of(cls, acting: Acting) -> "ActingView":
        scope = acting.mandate.scope
        return cls(
            access_token=acting.access_token,
            expires_in=int(acting.lifetime.total_seconds()),
            roles=[acting.principal.kind.role],
            principal=PartyView.of(acting.principal),
            mandate_id=acting.mandate.id,
            items=list(scope.items),
            departments=list(scope.departments),
        )

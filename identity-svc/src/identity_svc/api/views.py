"""How accounts, officers and sessions are shown: masked, even to their owners."""

from datetime import UTC, datetime
from typing import Any, Literal, Self
from uuid import UUID

from chassis.auth import Caller
from chassis.problems import Forbidden
from contracts.tokens import Role
from pydantic import BaseModel

from ..application.open_session import IssuedTokens
from ..domain.accounts import Account
from ..domain.officers import Officer
from ..domain.personal import mask_id_number, mask_name, mask_phone
from ..domain.sessions import Authentication


class AccountView(BaseModel):
    """`phone`, `name` and `id_number` are masked. `ial`: 1 phone, 2 name and number, 3 face, 4 in person."""

    kind: Literal["person", "enterprise"]
    account_id: UUID
    ial: int
    phone: str | None
    name: str | None
    id_number: str | None
    company_name: str | None
    uscc: str | None
    has_password: bool
    registered_at: datetime
    verified_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        personal, company = account.personal, account.company
        return cls(
            kind=account.kind.value,
            account_id=account.id,
            ial=account.ial,
            phone=mask_phone(personal.phone) if personal.phone else None,
            name=mask_name(personal.name) if personal.name else None,
            id_number=mask_id_number(personal.id_number) if personal.id_number else None,
            company_name=company.name if company else None,
            uscc=company.uscc if company else None,
            has_password=account.has_password,
            registered_at=account.registered_at,
            verified_at=account.verified_at,
        )


class OfficerView(BaseModel):
    """`name` is masked. `rank`: 0 auxiliary, 1 reviewer, 2 section head, 3 unit leader, 4 bureau leader."""

    kind: Literal["officer"] = "officer"
    officer_id: UUID
    badge_no: str
    name: str
    unit: str | None
    department: str | None
    branch: str | None
    rank: int
    roles: list[Role]
    active: bool
    version: int
    partner: str | None = None

    @classmethod
    def of(cls, officer: Officer) -> "OfficerView":
        post = officer.post
        return cls(
            officer_id=officer.id,
            badge_no=officer.badge_no,
            name=mask_name(officer.name),
            unit=post.unit,
            department=post.department,
            branch=post.branch,
            rank=post.rank,
            roles=sorted(post.roles),
            active=post.active,
            version=officer.version,
            partner=post.partner,
        )


class SessionView(BaseModel):
    """Lifetimes in seconds. Each refresh token works once and gives the next one.

    `password_change_required`: the password is an initial one; nothing else is allowed before it is changed
    and the session refreshed. `second_factor_enrolment_required` likewise: an authenticator must be added first.
    """

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    session_id: UUID
    roles: list[Role]
    password_change_required: bool
    second_factor_enrolment_required: bool = False

    @classmethod
    def of(cls, tokens: IssuedTokens, **more: Any) -> Self:
        return cls(
            access_token=tokens.access_token,
            expires_in=tokens.expires_in,
            refresh_token=tokens.refresh_token,
            refresh_expires_in=tokens.refresh_expires_in,
            session_id=tokens.session_id,
            roles=list(tokens.subject.roles),
            password_change_required=tokens.subject.password_initial,
            second_factor_enrolment_required=tokens.subject.must_enrol,
            **more,
        )


def session_id_of(caller: Caller) -> UUID:
    """The session behind an access token; services have none."""
    if caller.claims.sid is None:
        raise Forbidden("此操作需要个人登录。", "This needs a person's session.")
    return UUID(caller.claims.sid)


def authentication_of(caller: Caller) -> Authentication:
    """When and how the caller last proved who they are."""
    at = caller.claims.auth_time or caller.claims.iat
    return Authentication(datetime.fromtimestamp(at, UTC), caller.claims.amr)

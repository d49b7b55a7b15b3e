"""For our own services; the gateway does not route here."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.db import UnitOfWork
from chassis.http import Router, Uow, allow_service, answer_not_stored
from fastapi import Depends, Query
from pydantic import BaseModel, StringConstraints

from ..application.handlers import Menu
from ..domain.accounts import Account
from ..domain.errors import AccountNotFound
from ..domain.people.errors import AccountGone
from ..domain.personal import dialled
from ..domain.revocations import Look
from .dependencies import TheMenu, not_cached
from .fields import Body

router = Router(prefix="/internal", tags=["internal"], dependencies=[Depends(not_cached)])

Text100 = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ServiceTokenRequest(Body):
    service: Text100
    secret: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class ServiceTokenView(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int


class PersonalView(BaseModel):
    """An account in clear. For a company, `name` and `id_number` are the company's own (its credit code), and
    `representative_*` those of the legal representative."""

    account_id: UUID
    kind: Literal["person", "enterprise"]
    ial: int
    phone: str | None
    name: str | None
    id_type: Literal["resident_id", "uscc"]
    id_number: str | None
    representative_name: str | None
    representative_id_number: str | None

    @classmethod
    def of(cls, account: Account) -> "PersonalView":
        personal, company = account.personal, account.company
        return cls(
            account_id=account.id,
            kind=account.kind.value,
            ial=account.ial,
            phone=dialled(personal.phone) if personal.phone else None,
            name=company.name if company else personal.name,
            id_type="uscc" if company else "resident_id",
            id_number=company.uscc if company else personal.id_number,
            representative_name=personal.name if company else None,
            representative_id_number=personal.id_number if company else None,
        )


class NameView(BaseModel):
    """A person's name, or a company's; null before their real-name check."""

    account_id: UUID
    kind: Literal["person", "enterprise"]
    name: str | None


class RevokedView(BaseModel):
    """`forget_at`: the Unix second at which no token that names `id` can be valid any more."""

    id: UUID
    forget_at: int


class RevocationsView(BaseModel):
    """What was revoked since `cursor` was given; some of it again. `whole`: everything there is."""

    cursor: int
    whole: bool
    revoked: list[RevokedView]

    @classmethod
    def of(cls, look: Look) -> "RevocationsView":
        revoked = [
            RevokedView(id=one.id, forget_at=int(one.forget_at.timestamp()) + 1) for one in look.revoked
        ]
        return cls(cursor=look.cursor, whole=look.whole, revoked=revoked)


# Without a token: the gateway has none of its own. It holds no secret with which the personal data of everybody could
# be asked for, and what stands here opens nothing: random ids of what has ended.
@router.get("/revocations", summary="已吊销的登录与授权 · Sessions and mandates that ended")
async def list_revocations(
    uow: Uow, menu: TheMenu, since: Annotated[int | None, Query(ge=0, lt=2**63)] = None
) -> RevocationsView:
    """For gateways, each second. `since`: the cursor of the last look."""
    return RevocationsView.of(await menu.revocations.since(uow, since))


@router.post("/service-tokens", summary="服务令牌 · A token for a service")
@answer_not_stored
async def issue_service_token(body: ServiceTokenRequest, menu: TheMenu) -> ServiceTokenView:
    token = await menu.issue_service_token(body.service, body.secret)
    return ServiceTokenView(access_token=token, expires_in=int(menu.access_token_lifetime.total_seconds()))


@router.get("/accounts/{account_id}", summary="账号信息（记录查看） · An account in clear, recorded")
async def view_account(
    account_id: UUID,
    uow: Uow,
    menu: TheMenu,
    caller: Annotated[Caller, Depends(allow_service("case-svc"))],
    why: Annotated[str, Query(max_length=200)] = "unspecified",
    officer_id: UUID | None = None,
) -> PersonalView:
    """`why` and `officer_id` (on whose behalf) are shown to the person concerned."""
    return PersonalView.of(await _seen(uow, menu, account_id, caller, why, officer_id))


@router.get(
    "/accounts/{account_id}/name", summary="账号的姓名（记录查看） · An account's name alone, recorded"
)
async def view_name(
    account_id: UUID,
    uow: Uow,
    menu: TheMenu,
    caller: Annotated[Caller, Depends(allow_service("payment-svc"))],
    why: Annotated[str, Query(max_length=200)] = "unspecified",
    officer_id: UUID | None = None,
) -> NameView:
    """For papers that carry a name and nothing else of a person. `why` and `officer_id` as above."""
    seen = PersonalView.of(await _seen(uow, menu, account_id, caller, why, officer_id))
    return NameView(account_id=account_id, kind=seen.kind, name=seen.name)


async def _seen(
    uow: UnitOfWork, menu: Menu, account_id: UUID, caller: Caller, why: str, officer_id: UUID | None
) -> Account:
    account = await menu.accounts.view(uow, account_id, viewer=caller.subject, officer_id=officer_id, why=why)
    if account is None:
        raise AccountNotFound
    if account.erased:
        raise AccountGone
    return account

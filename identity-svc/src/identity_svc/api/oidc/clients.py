"""Clients of the OpenID provider: registered, changed and given new secrets by an administrator."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.clock import now
from chassis.http import Router, Uow, allow, answer_not_stored
from chassis.paging import Page
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel, Field, StringConstraints

from ...application.oidc.administer_clients import ClientWithSecret
from ...domain.oidc.clients import Client, ClientData, Scope, Serves
from ...domain.oidc.errors import ClientNotFound
from ..dependencies import AfterCode, Code, Limit, not_cached
from ..fields import Body
from ..paging import page
from .provider import TheOidc

router = Router(prefix="/api/identity/clients", tags=["clients"], dependencies=[Depends(not_cached)])
Administrator = Annotated[Caller, Depends(allow(Role.OPERATOR))]
AuthMethod = Literal["client_secret", "private_key_jwt"]

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")
]
Uri = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Uris = Annotated[list[Uri], Field(max_length=20)]
Level = Annotated[int, Field(ge=0, le=4)]
Scopes = Annotated[frozenset[Scope], Field(max_length=8)]
Served = Annotated[frozenset[Serves], Field(max_length=4)]
Keys = Annotated[dict[str, Any], Field(max_length=4)]


class NewClient(Body):
    """`jwks` makes it a client with `private_key_jwt`; without, it gets a secret. `minimum_level`: nobody below it."""

    department: Annotated[str, Field(max_length=40, examples=["CRJ"])]
    name: Text = Field(examples=["出入境预约系统"])
    name_en: Text = Field(examples=["Exit and entry appointments"])
    redirect_uris: Uris = Field(examples=[["https://booking.example.gov.cn/callback"]])
    post_logout_redirect_uris: Uris = Field(default_factory=list)
    backchannel_logout_uri: Uri | None = None
    scopes: Scopes = frozenset({Scope.OPENID})
    serves: Served = frozenset({Serves.PEOPLE})
    minimum_level: Level = 1
    jwks: Keys | None = None

    def read(self) -> ClientData:
        given = self.model_dump()
        lists = {name: tuple(given[name]) for name in ("redirect_uris", "post_logout_redirect_uris")}
        return ClientData(**(given | lists))


class ClientChange(Body):
    """`version` as last seen; what is left out stays. `active: false` ends all that it was given."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    name: Text | None = None
    name_en: Text | None = None
    redirect_uris: Uris | None = None
    post_logout_redirect_uris: Uris | None = None
    backchannel_logout_uri: Uri | None = Field(None, description="null 表示不再通知 · null: is told no more")
    scopes: Scopes | None = None
    serves: Served | None = None
    minimum_level: Level | None = None
    jwks: Keys | None = None
    active: bool | None = None

    def read(self) -> dict[str, Any]:
        given = self.model_dump(exclude_unset=True, exclude={"version"})
        for name in ("redirect_uris", "post_logout_redirect_uris"):
            if given.get(name) is not None:
                given[name] = tuple(given[name])
        return {
            name: value
            for name, value in given.items()
            if value is not None or name == "backchannel_logout_uri"
        }


class SecretRequest(Body):
    old_valid_hours: Annotated[int, Field(ge=0, le=24 * 30, strict=True)] = Field(
        72, description="旧密钥继续有效的小时数 · hours for which the old secret is still accepted"
    )


class ClientView(BaseModel):
    client_id: str
    department: str
    name: str
    name_en: str
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str | None
    scopes: list[Scope]
    serves: list[Serves]
    minimum_level: int
    auth_method: AuthMethod
    jwks: dict[str, Any] | None
    active: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, client: Client) -> "ClientView":
        data = client.data
        return cls(
            client_id=client.id,
            department=data.department,
            name=data.name,
            name_en=data.name_en,
            redirect_uris=list(data.redirect_uris),
            post_logout_redirect_uris=list(data.post_logout_redirect_uris),
            backchannel_logout_uri=data.backchannel_logout_uri,
            scopes=sorted(data.scopes),
            serves=sorted(data.serves),
            minimum_level=data.minimum_level,
            auth_method="client_secret" if data.jwks is None else "private_key_jwt",
            jwks=data.jwks,
            active=data.active,
            created_at=client.created_at,
            version=client.version,
        )


class ClientRegistered(BaseModel):
    """`client_secret` is shown this once; null for clients with keys of their own."""

    client: ClientView
    client_secret: str | None

    @classmethod
    def of(cls, made: ClientWithSecret) -> "ClientRegistered":
        return cls(client=ClientView.of(made.client), client_secret=made.secret)


class SecretRotated(ClientRegistered):
    old_valid_until: datetime


@router.get("", summary="接入应用列表 · Clients")
async def list_clients(
    uow: Uow,
    desk: TheOidc,
    caller: Administrator,
    after: AfterCode,
    department: Code = None,
    limit: Limit = 50,
) -> Page[ClientView]:
    rows = await desk.clients.page(uow, department, after, limit + 1)
    return page(rows, limit, ClientView.of, lambda client: client.id)


@router.get("/{client_id}", summary="接入应用 · One client")
async def show_client(client_id: UUID, uow: Uow, desk: TheOidc, caller: Administrator) -> ClientView:
    client = await desk.clients.by_id(uow, str(client_id))
    if client is None:
        raise ClientNotFound
    return ClientView.of(client)


@router.post("", status_code=201, summary="登记接入应用 · Register a client")
@answer_not_stored
async def register_client(
    body: NewClient, uow: Uow, desk: TheOidc, caller: Administrator
) -> ClientRegistered:
    return ClientRegistered.of(await desk.administer.register(uow, body.read(), caller.account_id))


@router.patch("/{client_id}", summary="变更或停用接入应用 · Change or disable a client")
async def change_client(
    client_id: UUID, body: ClientChange, uow: Uow, desk: TheOidc, caller: Administrator
) -> ClientView:
    changed = await desk.administer.change(uow, str(client_id), body.version, body.read(), caller.account_id)
    return ClientView.of(changed)


@router.post("/{client_id}/secret", status_code=201, summary="更换密钥 · A new secret")
@answer_not_stored
async def rotate_secret(
    client_id: UUID, body: SecretRequest, uow: Uow, desk: TheOidc, caller: Administrator
) -> SecretRotated:
    """Both secrets are accepted for `old_valid_hours`; one older than these two no longer is."""
    until = now() + timedelta(hours=body.old_valid_hours)
    made = await desk.administer.new_secret(uow, str(client_id), until, caller.account_id)
    return SecretRotated(**ClientRegistered.of(made).model_dump(), old_valid_until=until)

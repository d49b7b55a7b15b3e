"""`/api/partner/parcels/keys`: the secret at the end of a courier's push address, changed by its engineers."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.clock import now
from chassis.http import Router, Uow, allow, answer_not_stored
from chassis.partners.routes import Moment, NotYourPartner
from contracts.tokens import Role
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from courier_svc.application import change_keys
from courier_svc.application.desk import Desk
from courier_svc.application.ports import Carrier
from courier_svc.application.push_secrets import PushKey, PushSecrets, State
from courier_svc.domain.key_errors import NotIssuedHere

router = Router(prefix="/api/partner/parcels/keys", tags=["partners"])
Engineer = Annotated[Caller, Depends(allow(Role.PARTNER))]

_STATES: Final = {"valid": "有效", "ending": "将到期", "ended": "已到期", "revoked": "已停用"}
_SOURCES: Final = {"issued": "本页签发", "configured": "平台配置"}


class KeyView(BaseModel):
    """`id` is null for one that was configured and never changed here. The secret itself is kept nowhere."""

    id: UUID | None
    source: Literal["issued", "configured"]
    source_zh: str
    state: State
    state_zh: str
    issued_at: datetime | None
    ends_at: datetime | None
    can_revoke: bool


class KeysView(BaseModel):
    """`issued_here`: whether this courier's pushes are known by a secret of ours at all."""

    issued_here: bool
    items: list[KeyView]


class NewKey(BaseModel):
    """`old_until`: until when the present ones are still accepted; seven days unless given, 90 at most."""

    model_config = ConfigDict(extra="forbid")

    old_until: Moment | None = Field(None, examples=["2099-12-31T23:59:00+08:00"])


class KeyIssued(BaseModel):
    """`address` ends in the new secret and is shown this once: the path to push to, at the platform's own address."""

    key: KeyView
    address: str


async def _carrier(request: Request, caller: Engineer) -> Carrier:
    desk: Desk = request.app.state.desk
    carrier = desk.carriers.by_name.get(caller.claims.partner or "")
    if carrier is None:
        raise NotYourPartner
    return carrier


TheCarrier = Annotated[Carrier, Depends(_carrier)]


@router.get("", summary="推送密钥 · Keys of the push address")
async def list_keys(uow: Uow, caller: Engineer, carrier: TheCarrier) -> KeysView:
    if carrier.secrets is None:
        return KeysView(issued_here=False, items=[])
    kept, configured = await change_keys.shown(uow, carrier.name, carrier.secrets)
    untouched = KeyView(
        id=None, source="configured", source_zh=_SOURCES["configured"], state="valid",
        state_zh=_STATES["valid"], issued_at=None, ends_at=None, can_revoke=False,
    )  # fmt: skip
    return KeysView(issued_here=True, items=[*map(_view, kept), *([untouched] * configured)])


@router.post("", status_code=201, summary="签发新密钥 · Issue a new key; the old ones end on a date")
@answer_not_stored
async def issue_key(body: NewKey, uow: Uow, caller: Engineer, carrier: TheCarrier) -> KeyIssued:
    made, secret = await change_keys.issue(
        uow, carrier.name, _secrets(carrier), caller.account_id, body.old_until
    )
    return KeyIssued(key=_view(made), address=f"/webhooks/courier/{carrier.name}/{secret}")


@router.post("/{key_id}/revoke", status_code=204, summary="停用密钥 · Revoke a key now")
async def revoke_key(key_id: UUID, uow: Uow, caller: Engineer, carrier: TheCarrier) -> None:
    await change_keys.revoke(uow, carrier.name, _secrets(carrier), key_id, caller.account_id)


def _secrets(carrier: Carrier) -> PushSecrets:
    if carrier.secrets is None:
        raise NotIssuedHere
    return carrier.secrets


def _view(key: PushKey) -> KeyView:
    state = key.state(now())
    return KeyView(
        id=key.id,
        source=key.source,
        source_zh=_SOURCES[key.source],
        state=state,
        state_zh=_STATES[state],
        issued_at=key.issued_at,
        ends_at=key.ends_at,
        can_revoke=state in ("valid", "ending"),
    )

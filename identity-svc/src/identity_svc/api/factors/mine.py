"""One's own authenticator, recovery codes and trusted devices."""

from datetime import datetime
from uuid import UUID

from chassis.http import Router, Uow, answer_not_stored
from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from ...domain.factors.errors import DeviceNotFound
from ...domain.factors.totp import secret_text
from ..dependencies import ClientAddress, not_cached
from ..fields import Body, OneTimeCode, Password
from ..qr_codes import qr_svg
from ..views import session_id_of
from .desk import AtWork, Newcomer, TheDesk
from .steps import RecoveryCode, read_proof

router = Router(prefix="/api/identity/me", tags=["second factor"], dependencies=[Depends(not_cached)])


class SecondFactorView(BaseModel):
    """`required`: nothing else is allowed before one is enrolled."""

    enrolled: bool
    enrolled_at: datetime | None
    recovery_codes_left: int
    required: bool


class ProposalRequest(Body):
    """Who has an authenticator already also gives a `code` of it, or a `recovery_code`."""

    current_password: Password
    code: OneTimeCode | None = None
    recovery_code: RecoveryCode | None = None


class ProposalView(BaseModel):
    """For the authenticator: `qr_svg` to scan, or `secret` to type; `uri` is what the picture says."""

    secret: str
    uri: str
    qr_svg: str


class ShownCode(Body):
    code: OneTimeCode


class RecoveryCodes(BaseModel):
    """Shown this once; each is good for one log-in."""

    recovery_codes: list[str]


class TrustedDeviceView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    trusted_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


@router.get("/second-factor", summary="我的动态口令 · My authenticator")
async def show_factor(uow: Uow, desk: TheDesk, caller: Newcomer) -> SecondFactorView:
    factor = await desk.factors.of(uow, caller.account_id)
    return SecondFactorView(
        enrolled=factor.enrolled_at is not None,
        enrolled_at=factor.enrolled_at,
        recovery_codes_left=factor.codes_left,
        required=desk.is_required,
    )


@router.post("/second-factor", status_code=201, summary="绑定身份验证器 · Begin to add an authenticator")
@answer_not_stored
async def propose_factor(
    body: ProposalRequest, uow: Uow, desk: TheDesk, caller: Newcomer, address: ClientAddress
) -> ProposalView:
    """Nothing changes before its first code was sent to `…/second-factor/confirmation`, within 15 minutes."""
    given = body.code is not None or body.recovery_code is not None
    proof = read_proof(body.code, body.recovery_code) if given else None
    proposal = await desk.enrol.propose(
        uow, caller.account_id, session_id_of(caller), body.current_password, proof, address
    )
    return ProposalView(
        secret=secret_text(proposal.secret),
        uri=proposal.uri,
        qr_svg=qr_svg(proposal.uri, scale=4, title="otpauth"),
    )


@router.post("/second-factor/confirmation", summary="启用动态口令 · Add it, by its first code")
@answer_not_stored
async def confirm_factor(
    body: ShownCode, uow: Uow, desk: TheDesk, caller: Newcomer, address: ClientAddress
) -> RecoveryCodes:
    """Ends all other sessions and every trusted device. Refresh the session: its tokens say more then."""
    session_id = session_id_of(caller)
    codes = await desk.enrol.confirm(uow, caller.account_id, session_id, body.code, address)
    return RecoveryCodes(recovery_codes=list(codes))


@router.post("/second-factor/recovery-codes", summary="重新生成恢复码 · New recovery codes")
@answer_not_stored
async def renew_recovery_codes(
    body: ShownCode, uow: Uow, desk: TheDesk, caller: AtWork, address: ClientAddress
) -> RecoveryCodes:
    codes = await desk.enrol.renew_codes(uow, caller.account_id, body.code, address)
    return RecoveryCodes(recovery_codes=list(codes))


@router.get("/trusted-devices", summary="受信任设备 · Devices I trust")
async def list_devices(uow: Uow, desk: TheDesk, caller: AtWork) -> list[TrustedDeviceView]:
    found = await desk.devices.of(uow, caller.account_id)
    return [TrustedDeviceView.model_validate(device) for device in found]


@router.delete("/trusted-devices/{device_id}", status_code=204, summary="移除设备 · Trust it no more")
async def end_trust(device_id: UUID, uow: Uow, desk: TheDesk, caller: AtWork) -> None:
    if not await desk.devices.end(uow, caller.account_id, device_id):
        raise DeviceNotFound

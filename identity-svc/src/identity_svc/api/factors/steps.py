"""The second step of a log-in, and an administrator's reset."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel, Field, StringConstraints

from ...application.factors.challenge import Challenge
from ...application.factors.prove_factor import Proof
from ...application.factors.second_step import SecondStep
from ...domain.officers import Authority
from ..dependencies import TheClient, not_cached
from ..fields import Body, OneTimeCode, Reader
from ..views import SessionView
from .desk import TheDesk

router = Router(prefix="/api/identity", tags=["second factor"], dependencies=[Depends(not_cached)])
Administrator = Annotated[Caller, Depends(allow(Role.OPERATOR))]
RecoveryCode = Annotated[str, StringConstraints(min_length=1, max_length=40)]
DeviceName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class SecondFactorNeeded(BaseModel):
    """The password was right. `challenge` is no session: it goes with the code to `…/sessions/second-factor`."""

    second_factor_required: Literal[True] = True
    challenge: str
    expires_in: int

    @classmethod
    def of(cls, challenge: Challenge) -> "SecondFactorNeeded":
        return cls(challenge=challenge.text, expires_in=challenge.expires_in)


class SecondStepRequest(Body):
    """Either `code` or `recovery_code`. `trust_device` names the device that needs no code from now on."""

    challenge: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    code: OneTimeCode | None = Field(None, examples=["123456"])
    recovery_code: RecoveryCode | None = Field(None, examples=["7ZK2-8QWE-M4TN-0XYZ"])
    trust_device: DeviceName | None = Field(None, examples=["户政窗口一号机"])


class OfficerSessionView(SessionView):
    """`trusted_device` is shown this once: sent as such with the next log-in, it spares the code."""

    trusted_device: str | None = None


@router.post("/sessions/second-factor", status_code=201, summary="动态口令登录 · The second step of a log-in")
@answer_not_stored
async def pass_second_factor(
    body: SecondStepRequest, uow: Uow, desk: TheDesk, client: TheClient
) -> OfficerSessionView:
    step = SecondStep(body.challenge, read_proof(body.code, body.recovery_code), body.trust_device)
    passed = await desk.pass_step(uow, step, client)
    return OfficerSessionView.of(passed.tokens, trusted_device=passed.device_token)


@router.delete(
    "/officers/{officer_id}/second-factor",
    status_code=204,
    summary="重置动态口令 · Takes a lost authenticator away",
)
async def reset_second_factor(officer_id: UUID, uow: Uow, desk: TheDesk, caller: Administrator) -> None:
    """The officer's sessions, recovery codes and trusted devices end with it, and they are told."""
    await desk.reset(uow, officer_id, Authority(caller.account_id, caller.roles, caller.claims.department))


def read_proof(code: str | None, recovery_code: str | None) -> Proof:
    """Raises InvalidInput unless exactly one is given."""
    if (code is None) == (recovery_code is None):
        reader = Reader()
        reader.refuse("/code", "动态口令和恢复码须填且只填一项", "give either the code or a recovery code")
        reader.done()
    return Proof(code) if code is not None else Proof(recovery_code or "", is_recovery_code=True)

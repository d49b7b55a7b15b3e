"""What the routes of the second factor work with."""

from dataclasses import dataclass
from typing import Annotated

from chassis.auth import Caller
from chassis.http import allow
from contracts.tokens import Role
from fastapi import Depends, Request

from ...application.factors.enrol_factor import EnrolFactor
from ...application.factors.ports import Factors, SpentChallenges, TrustedDevices
from ...application.factors.reset_factor import ResetFactor
from ...application.factors.second_step import AskSecondFactor, PassSecondStep
from ...domain.errors import OfficerNotFound


@dataclass(frozen=True, slots=True)
class FactorsDesk:
    ask: AskSecondFactor
    pass_step: PassSecondStep
    enrol: EnrolFactor
    reset: ResetFactor
    factors: Factors
    devices: TrustedDevices
    spent: SpentChallenges
    is_required: bool


async def _desk(request: Request) -> FactorsDesk:
    desk: FactorsDesk = request.app.state.factors
    return desk


async def _anybody_of_us(caller: Annotated[Caller, Depends(allow())]) -> Caller:
    """Officers, staff and partners' engineers, also those whose token opens nothing yet."""
    if caller.has(Role.CITIZEN, Role.COMPANY, Role.SERVICE):
        raise OfficerNotFound
    return caller


_AT_WORK = (Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR, Role.OPERATOR, Role.CATALOG_EDITOR, Role.PARTNER)
TheDesk = Annotated[FactorsDesk, Depends(_desk)]
Newcomer = Annotated[Caller, Depends(_anybody_of_us)]
AtWork = Annotated[Caller, Depends(allow(*_AT_WORK))]

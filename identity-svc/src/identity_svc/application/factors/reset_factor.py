"""An administrator takes a lost authenticator away, so that its owner can add another."""

from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.errors import OfficerNotFound, OutsideAuthority
from ...domain.factors.errors import NotEnrolled
from ...domain.officers import Authority
from ..ports import Messages, Officers
from ..revoke_access import RevokeAccess
from .ports import Factors, TrustedDevices


class ResetFactor:
    def __init__(
        self,
        officers: Officers,
        factors: Factors,
        devices: TrustedDevices,
        revoke_access: RevokeAccess,
        messages: Messages,
    ) -> None:
        self._officers = officers
        self._factors = factors
        self._devices = devices
        self._revoke_access = revoke_access
        self._messages = messages

    async def __call__(self, uow: UnitOfWork, officer_id: UUID, by: Authority) -> None:
        """Ends their sessions; recovery codes and trusted devices go too, and the officer is told.

        Raises OfficerNotFound, OutsideAuthority (one's own), NotEnrolled.
        """
        if await self._officers.by_id(uow, officer_id) is None:
            raise OfficerNotFound
        if officer_id == by.officer_id:
            raise OutsideAuthority(
                "不能重置自己的动态口令，请由其他管理员办理。",
                "You cannot reset your own authenticator; another administrator does.",
            )
        if not await self._factors.forget(uow, officer_id):
            raise NotEnrolled
        await self._devices.end_all(uow, officer_id)
        await self._revoke_access.sessions_of(uow, officer_id, "second_factor_reset")
        await self._messages.tell(uow, officer_id, "second_factor_reset", {})
        uow.audit("officer.reset_second_factor", actor=str(by.officer_id), subject=str(officer_id))

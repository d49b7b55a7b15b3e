"""Adding an authenticator, replacing it, and making new recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.errors import AccountNotFound
from ...domain.factors.errors import FactorNotProven
from ...domain.factors.recovery import code_hash, new_codes
from ...domain.factors.totp import new_secret, provisioning_uri
from ..attempts import Attempts
from ..hash_passwords import Passwords
from ..ports import Messages, Officers
from ..revoke_access import RevokeAccess
from .ports import Factors, TrustedDevices
from .prove_factor import Proof, ProveFactor

_PROPOSED_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A secret for the authenticator; nothing depends on it before its first code came back."""

    secret: bytes
    uri: str


class EnrolFactor:
    """A token alone is no proof: whoever copied one must not bind a telephone of their own."""

    def __init__(
        self,
        begin: Begin,
        officers: Officers,
        factors: Factors,
        devices: TrustedDevices,
        passwords: Passwords,
        attempts: Attempts,
        prove: ProveFactor,
        revoke_access: RevokeAccess,
        messages: Messages,
    ) -> None:
        self._begin = begin
        self._officers = officers
        self._factors = factors
        self._devices = devices
        self._passwords = passwords
        self._attempts = attempts
        self._prove = prove
        self._revoke_access = revoke_access
        self._messages = messages

    async def propose(
        self,
        uow: UnitOfWork,
        officer_id: UUID,
        session_id: UUID,
        password: str,
        proof: Proof | None,
        address: str,
    ) -> Proposal:
        """Who has an authenticator gives a code of it, or a recovery code, too. Raises FactorNotProven."""
        badge_no, enrolled = await self._prove_password(officer_id, session_id, password)
        if enrolled and (proof is None or not await self._prove(uow, officer_id, proof, address)):
            raise FactorNotProven("/code")
        secret = new_secret()
        await self._factors.propose(uow, officer_id, secret, now() + _PROPOSED_FOR)
        return Proposal(secret, provisioning_uri(secret, badge_no))

    async def confirm(
        self, uow: UnitOfWork, officer_id: UUID, session_id: UUID, code: str, address: str
    ) -> Sequence[str]:
        """The recovery codes, shown this once. Every other session and every trusted device ends."""
        secret, step = await self._prove.first_step(officer_id, code, address)
        if not await self._factors.confirm(uow, officer_id, secret, step):
            raise FactorNotProven("/code")
        await self._factors.prove_session(uow, session_id, now())
        await self._revoke_access.sessions_of(uow, officer_id, "second_factor_enrolled", but=session_id)
        await self._devices.end_all(uow, officer_id)
        await self._messages.tell(uow, officer_id, "second_factor_enrolled", {})
        uow.audit("officer.enrol_second_factor", actor=str(officer_id), subject=str(officer_id))
        return await self._new_codes(uow, officer_id)

    async def renew_codes(self, uow: UnitOfWork, officer_id: UUID, code: str, address: str) -> Sequence[str]:
        """New recovery codes; the old ones are void. Raises FactorNotProven, also where none is enrolled."""
        if not await self._prove(uow, officer_id, Proof(code), address):
            raise FactorNotProven("/code")
        uow.audit("officer.renew_recovery_codes", actor=str(officer_id), subject=str(officer_id))
        return await self._new_codes(uow, officer_id)

    async def _new_codes(self, uow: UnitOfWork, officer_id: UUID) -> list[str]:
        codes = new_codes()
        hashes = [hashed for code in codes if (hashed := code_hash(officer_id, code)) is not None]
        await self._factors.replace_codes(uow, officer_id, hashes)
        return codes

    async def _prove_password(self, officer_id: UUID, session_id: UUID, password: str) -> tuple[str, bool]:
        """The badge number of the officer whose password it is, and whether they have an authenticator."""
        async with self._begin() as uow:
            officer = await self._officers.by_id(uow, officer_id)
            if officer is None:
                raise AccountNotFound
            allowances = self._attempts.at_own_password(session_id)
            await self._attempts.take(uow, allowances)
            password_hash = await self._officers.password_hash(uow, officer_id)
            enrolled = (await self._factors.of(uow, officer_id)).secret is not None
        if not await self._passwords.verify(password_hash, password):
            raise FactorNotProven("/current_password")
        async with self._begin() as uow:
            await self._attempts.give_back(uow, allowances)
        return officer.badge_no, enrolled

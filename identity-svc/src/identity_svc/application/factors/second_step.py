"""The second step of an officer's log-in, and when it is spared: on a device they trust, or where none is enrolled."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ...domain.accounts import Credentials
from ...domain.devices import Client
from ...domain.factors.devices import new_token, read_token
from ...domain.factors.errors import SecondFactorRefused
from ..open_session import IssuedTokens, OpenSession
from ..ports import Messages
from .challenge import Challenge, Challenges
from .ports import OfficerCredentials, TrustedDevices
from .prove_factor import Proof, ProveFactor


@dataclass(frozen=True, slots=True)
class SecondStep:
    """`device_name` set: the device shall be trusted from now on."""

    challenge: str
    proof: Proof
    device_name: str | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """`device_token` is for the device to keep; it is shown this once."""

    tokens: IssuedTokens
    device_token: str | None


class AskSecondFactor:
    """After the right password: what it opens, or what is still to be proven."""

    def __init__(self, challenges: Challenges, devices: TrustedDevices) -> None:
        self._challenges = challenges
        self._devices = devices

    async def __call__(
        self, uow: UnitOfWork, credentials: Credentials, device_token: str | None
    ) -> Challenge | str:
        """A challenge, or the method by which a session may be opened: a key of `open_session.AMR`."""
        if not credentials.subject.has_second_factor:
            return "password"
        token = read_token(device_token) if device_token else None
        if token is not None and await self._devices.use(uow, credentials.subject.id, token):
            return "password+device"
        return self._challenges.issue(credentials)


class PassSecondStep:
    """`trusted_for`: how long a device is trusted."""

    def __init__(
        self,
        challenges: Challenges,
        officers: OfficerCredentials,
        prove: ProveFactor,
        devices: TrustedDevices,
        open_session: OpenSession,
        messages: Messages,
        trusted_for: timedelta,
    ) -> None:
        self._challenges = challenges
        self._officers = officers
        self._prove = prove
        self._devices = devices
        self._open_session = open_session
        self._messages = messages
        self._trusted_for = trusted_for

    async def __call__(self, uow: UnitOfWork, step: SecondStep, client: Client) -> Passed:
        """Raises SecondFactorRefused or TooManyAttempts."""
        credentials = await self.proven(uow, step, client.address)
        method = "password+recovery" if step.proof.is_recovery_code else "password+otp"
        tokens = await self._open_session(uow, credentials.subject, method, client)
        device_token = await self._trust(uow, credentials, step.device_name) if step.device_name else None
        return Passed(tokens, device_token)

    async def proven(self, uow: UnitOfWork, step: SecondStep, address: str) -> Credentials:
        """Whose log-in it is, once both factors are proven; opens nothing."""
        opened = await self._challenges.read(step.challenge, address)
        if not await self._prove(uow, opened.officer_id, step.proof, address):
            raise SecondFactorRefused
        credentials = await self._officers.credentials_by_id(uow, opened.officer_id)
        if credentials is None:
            raise SecondFactorRefused
        await self._challenges.spend(uow, opened, credentials)
        return credentials

    async def _trust(self, uow: UnitOfWork, credentials: Credentials, name: str) -> str:
        token, officer_id = new_token(uuid7()), credentials.subject.id
        await self._devices.add(uow, officer_id, token, name, now() + self._trusted_for)
        await self._messages.tell(uow, officer_id, "device_trusted", {})
        return token.text()

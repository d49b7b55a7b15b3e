"""The face check: begun here, confirmed by the person on the service's page, its result asked for; then level 3."""

from uuid import UUID

from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin

from ...domain.accounts import Account
from ...domain.assurance import Proof, Source
from ...domain.errors import AccountNotFound, IdentityUnknown
from ...domain.sessions import Authentication
from ...domain.ways_in.errors import FaceCheckNotFound, FaceServiceDown
from ...domain.ways_in.faces import FacePage, FaceState
from ...domain.ways_in.journey import own_path
from ..attempts import Attempts
from ..mint_tokens import MintTokens
from ..ports import Accounts, PartnerUnavailable
from ..raise_assurance import RaiseAssurance
from .ports import FaceChecks, FaceService


class CheckFace:
    """`public_url`, without a slash at its end: where the service's page leads back to."""

    def __init__(
        self,
        begin: Begin,
        accounts: Accounts,
        checks: FaceChecks,
        service: FaceService,
        attempts: Attempts,
        raise_assurance: RaiseAssurance,
        minter: MintTokens,
        public_url: str,
    ) -> None:
        self._begin = begin
        self._accounts = accounts
        self._checks = checks
        self._service = service
        self._attempts = attempts
        self._raise = raise_assurance
        self._minter = minter
        self._public_url = public_url

    async def start(self, account_id: UUID, return_to: str) -> tuple[UUID, FacePage]:
        """Our number, known here before the service hears of it, and where the person goes.

        Raises IdentityUnknown, FaceServiceDown, TooManyAttempts.
        """
        check_id, tries = uuid7(), self._attempts.at_face(account_id)
        async with self._begin() as uow:
            account = await self._account(uow, account_id)
            await self._attempts.take(uow, tries)
            await self._checks.begin(uow, check_id, account_id)
        try:
            personal = account.personal
            assert personal.name is not None and personal.id_number is not None
            path = own_path(return_to)
            back = f"{self._public_url}{path}{'&' if '?' in path else '?'}face_check={check_id}"
            page = await self._service.start(str(check_id), personal.name, personal.id_number, back)
        except PartnerUnavailable as error:
            async with self._begin() as uow:
                await self._attempts.give_back(uow, tries)
            raise FaceServiceDown from error
        async with self._begin() as uow:
            await self._checks.number(uow, check_id, page.check_no)
        return check_id, page

    async def result(
        self,
        uow: UnitOfWork,
        account_id: UUID,
        check_id: UUID,
        session_id: UUID,
        authentication: Authentication,
    ) -> tuple[FaceState, str | None]:
        """How it stands; once passed, a token that says the level. Raises FaceCheckNotFound, FaceServiceDown."""
        async with self._begin() as first:
            check = await self._checks.of(first, account_id, check_id)
        if check is None or check.check_no is None:
            raise FaceCheckNotFound
        state = check.state
        if state is FaceState.PENDING:
            try:
                state = await self._service.result(check.check_no)
            except PartnerUnavailable as error:
                raise FaceServiceDown from error
            ended = state is not FaceState.PENDING and await self._checks.settle(uow, check_id, state)
            if ended and state is FaceState.PASSED:
                await self._raise(uow, account_id, Proof.by(Source.FACE))
        if state is not FaceState.PASSED:
            return state, None
        account = await self._account(uow, account_id)
        return state, await self._minter.for_subject(account.subject, session_id, authentication)

    async def _account(self, uow: UnitOfWork, account_id: UUID) -> Account:
        account = await self._accounts.by_id(uow, account_id)
        if account is None:
            raise AccountNotFound
        if account.personal.name is None or account.personal.id_number is None:
            raise IdentityUnknown
        return account

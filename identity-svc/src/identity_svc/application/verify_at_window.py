"""An officer at a window who has seen the document (窗口核验): level 4, recorded with who and where."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.accounts import Account
from ..domain.assurance import Proof, Source
from ..domain.errors import NotAtThisWindow, OfficerNotFound, OwnMatter, PhoneNotRegistered
from ..domain.organisation import Window
from .ports import Accounts, Officers, OrganisationStore
from .raise_assurance import RaiseAssurance


@dataclass(frozen=True, slots=True)
class Seen:
    """What the officer read in the document, and the E.164 phone of the account that the person says is theirs.

    For a company's account: its legal representative's.
    """

    phone: str
    name: str
    id_number: str
    window: str


class AtWindow:
    """Who may check documents at which window: its branch's officers and the city's, of its departments."""

    def __init__(self, officers: Officers, organisation: OrganisationStore) -> None:
        self._officers = officers
        self._organisation = organisation

    async def __call__(self, uow: UnitOfWork, officer_id: UUID, window: str, *names: str) -> Window:
        """The window. Raises NotAtThisWindow; OwnMatter where one of `names` is the officer's own."""
        officer = await self._officers.by_id(uow, officer_id)
        if officer is None or not officer.post.active:
            raise OfficerNotFound
        found = await self._organisation.window(uow, window)
        post = officer.post
        if (
            found is None
            or post.department not in found.departments
            or post.branch not in (None, found.branch)
        ):
            raise NotAtThisWindow
        if officer.name in names:
            raise OwnMatter
        return found


class VerifyAtWindow:
    def __init__(self, at_window: AtWindow, accounts: Accounts, raise_assurance: RaiseAssurance) -> None:
        self._at_window = at_window
        self._accounts = accounts
        self._raise = raise_assurance

    async def __call__(self, uow: UnitOfWork, officer_id: UUID, seen: Seen) -> Account:
        """Raises PhoneNotRegistered, NotAtThisWindow, OwnMatter, AlreadyVerified, RealNameNotConfirmed."""
        window = await self._at_window(uow, officer_id, seen.window, seen.name)
        credentials = await self._accounts.credentials_by_phone(uow, seen.phone)
        if credentials is None:
            raise PhoneNotRegistered
        proof = Proof.by(
            Source.WINDOW, name=seen.name, id_number=seen.id_number, officer_id=officer_id, window=window.code
        )
        account = await self._raise(uow, credentials.subject.id, proof)
        where = {"window": window.code}
        uow.audit("assurance.window_check", actor=str(officer_id), subject=str(account.id), facts=where)
        return account

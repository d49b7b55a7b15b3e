"""What a client learns of somebody, by what it was granted and they agreed to."""

from typing import Any

from chassis.db import UnitOfWork

from ...domain.accounts import Account
from ...domain.officers import Officer
from ...domain.oidc.clients import RECORDED, Client, Scope
from ...domain.oidc.errors import InvalidToken
from ...domain.personal import mask_name
from ..ports import Accounts, Officers
from .find_grant import FindGrant
from .ports import Clients


class ReadUserinfo:
    """Whoever's phone, name or number is given out finds it among the views of their data."""

    def __init__(
        self, find_grant: FindGrant, clients: Clients, accounts: Accounts, officers: Officers
    ) -> None:
        self._find_grant = find_grant
        self._clients = clients
        self._accounts = accounts
        self._officers = officers

    async def __call__(self, uow: UnitOfWork, access_token: str) -> dict[str, Any]:
        """Raises InvalidToken."""
        shown = await self._find_grant.by_access_token(uow, access_token)
        client = await self._clients.by_id(uow, shown.grant.client_id) if shown else None
        if shown is None or client is None:
            raise InvalidToken
        scopes = shown.scopes & client.data.scopes
        claims: dict[str, Any] = {"sub": str(shown.grant.sub)}
        if shown.grant.subject.is_officer:
            officer = await self._officers.by_id(uow, shown.grant.owner_id)
            return claims | (_of_officer(officer, scopes) if officer else {})
        account = await self._account(uow, shown.grant.owner_id, client, scopes)
        return claims | (_of_account(account, scopes) if account else {})

    async def _account(
        self, uow: UnitOfWork, account_id: Any, client: Client, scopes: frozenset[Scope]
    ) -> Account | None:
        if given := scopes & RECORDED:
            why = "oidc: " + " ".join(sorted(given))
            system = client.data
            return await self._accounts.view(
                uow, account_id, viewer=system.name, viewer_en=system.name_en, officer_id=None, why=why
            )
        return await self._accounts.by_id(uow, account_id) if Scope.PROFILE in scopes else None


def _of_account(account: Account, scopes: frozenset[Scope]) -> dict[str, Any]:
    personal, company = account.personal, account.company
    claims: dict[str, Any] = {}
    if Scope.PROFILE in scopes:
        claims["account_kind"] = account.kind.value
        claims["assurance_level"] = account.ial
        if personal.name:
            claims["nickname"] = mask_name(personal.name)
        if company:
            claims |= {"company_name": company.name, "uscc": company.uscc}
    if Scope.PHONE in scopes:
        claims |= {"phone_number": personal.phone, "phone_number_verified": True}
    if Scope.IDENTITY in scopes and personal.name and personal.id_number:
        if company:
            claims |= {"id_type": "uscc", "id_number": company.uscc, "name": company.name}
            claims |= {"representative_name": personal.name, "representative_id_number": personal.id_number}
        else:
            claims |= {"id_type": "resident_id", "id_number": personal.id_number, "name": personal.name}
    return claims


def _of_officer(officer: Officer, scopes: frozenset[Scope]) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if Scope.PROFILE in scopes:
        claims |= {"account_kind": "officer", "nickname": mask_name(officer.name), "assurance_level": 4}
    if Scope.OFFICER in scopes:
        post = officer.post
        claims |= {
            "name": officer.name,
            "badge_no": officer.badge_no,
            "unit": post.unit,
            "department": post.department,
            "branch": post.branch,
            "rank": post.rank,
            "roles": sorted(post.roles),
        }
    return claims

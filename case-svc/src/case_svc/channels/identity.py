"""identity-svc: who an account belongs to."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import structlog
from chassis.http_client import CallFailed, ServiceClient
from contracts.addresses import PostalAddress

from ..domain.errors import SavedAddressUnavailable, SavedAddressUnknown
from ..domain.hands import Agent
from ..domain.people import ERASED_NAME

MOST_MANDATES: Final = 50
"""That identity-svc answers at once; of a case that more acted in, the others are shown without a name."""

log = structlog.get_logger(__name__)


class PeopleDirectory:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def find(self, account_id: UUID, *, officer_id: UUID | None = None) -> dict[str, Any] | None:
        """`name`, `id_number`, `phone` of a person or company; None while identity-svc cannot tell.

        identity-svc records the look and shows it, with the officer, to the person concerned.
        """
        params = {"why": "case"} | ({"officer_id": str(officer_id)} if officer_id else {})
        try:
            account = await self._client.get_json(f"/internal/accounts/{account_id}", **params)
        except CallFailed as error:
            if error.status == HTTPStatus.GONE:
                return {"name": ERASED_NAME, "id_number": None, "phone": None, "representative_name": None}
            log.warning("applicant_unavailable", account_id=str(account_id), cause=repr(error))
            return None
        if not account.get("name"):
            return None
        return {part: account.get(part) for part in ("name", "id_number", "phone", "representative_name")}

    async def saved_address(self, account_id: UUID, address_id: UUID) -> dict[str, str]:
        """One of somebody's address book, which shows them that it was read.

        Raises SavedAddressUnknown, SavedAddressUnavailable.
        """
        try:
            found = await self._client.get_json(f"/internal/addresses/{account_id}/{address_id}")
            return PostalAddress.model_validate(found).model_dump()
        except CallFailed as error:
            if error.status == HTTPStatus.NOT_FOUND:
                raise SavedAddressUnknown from error
            log.warning("address_book_unavailable", account_id=str(account_id), cause=repr(error))
            raise SavedAddressUnavailable from error

    async def agents(self, mandates: Collection[UUID]) -> Mapping[UUID, Agent]:
        """Masked, as the sides of a mandate see each other: no look at anybody's data, so none is recorded."""
        wanted = sorted({str(one) for one in mandates})[:MOST_MANDATES]
        try:
            found = await self._client.get_json("/internal/mandates", id=wanted)
        except CallFailed as error:
            log.warning("agents_unavailable", mandates=len(wanted), cause=repr(error))
            return {}
        return {UUID(one["id"]): Agent(one["kind"], one["agent_name"]) for one in found}

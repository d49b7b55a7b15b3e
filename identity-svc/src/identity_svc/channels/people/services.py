"""The other services' parts of an export, asked as ourselves."""

from urllib.parse import quote
from uuid import UUID

from chassis.http_client import CallFailed, ServiceClient
from chassis.people import ExportPage

from ...application.people.ports import PartMissing


class ServicePart:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def page(self, account_id: UUID, after: str | None) -> ExportPage:
        params = {"after": after} if after is not None else {}
        try:
            found = await self._client.get_json(f"/internal/people/{account_id}/export", **params)
        except CallFailed as error:
            raise PartMissing from error
        return ExportPage.model_validate(found)

    async def file(self, account_id: UUID, file_id: str) -> bytes | None:
        try:
            return await self._client.get_bytes(
                f"/internal/people/{account_id}/export/files/{quote(file_id, safe='')}"
            )
        except CallFailed as error:
            if error.status == 404:
                return None
            raise PartMissing from error

"""The other services' parts of an export or erasure, asked as ourselves."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from chassis.http_client import CallFailed, ServiceClient
from chassis.people import Blocker, ErasureReport, ExportPage

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

    async def blockers(self, account_id: UUID) -> list[Blocker]:
        found = await self._ask(f"/internal/people/{account_id}/blockers")
        return [Blocker.model_validate(one) for one in found]

    async def erasure(self, account_id: UUID) -> ErasureReport:
        return ErasureReport.model_validate(await self._ask(f"/internal/people/{account_id}/erasure"))

    async def _ask(self, path: str) -> Any:
        try:
            return await self._client.get_json(path)
        except CallFailed as error:
            raise PartMissing from error

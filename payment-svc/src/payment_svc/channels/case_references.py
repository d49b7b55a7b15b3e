"""What only case-svc may know: asked by id, with the service's own token, when it is needed."""

from uuid import UUID

import httpx2
from chassis.http_client import ServiceClient

from ..domain.errors import IssuingSystemDown


class CaseSvcReferences:
    """Implements `application.ports.CaseReferences`."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def decision_no(self, case_id: UUID) -> str:
        try:
            answer = await self._client.get_json(f"/internal/cases/{case_id}/payment-reference")
        except httpx2.HTTPError as error:
            raise IssuingSystemDown(f"case-svc: {type(error).__name__}") from error
        return str(answer["decision_no"])

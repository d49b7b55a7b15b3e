"""What only case-svc may know: asked by id, with the service's own token, when it is needed."""

from uuid import UUID

from chassis.http_client import CallFailed, ServiceClient

from ..domain.errors import IssuingSystemDown


class CaseSvcReferences:
    """Implements `application.ports.CaseReferences`."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def decision_no(self, case_id: UUID) -> str:
        try:
            answer = await self._client.get_json(f"/internal/cases/{case_id}/payment-reference")
        except CallFailed as error:
            raise IssuingSystemDown(f"case-svc: {error.status}") from error
        return str(answer["decision_no"])

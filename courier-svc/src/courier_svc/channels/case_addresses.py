"""The applicant's address of a case, asked of case-svc once, when it is needed."""

from uuid import UUID

from chassis.http_client import CallFailed, ServiceClient

from courier_svc.application.ports import AddressUnknown
from courier_svc.domain.address import Address
from courier_svc.domain.shipment import Direction


class CaseAddresses:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def fetch(self, case_id: UUID, direction: Direction) -> Address:
        try:
            answer = await self._client.get_json(f"/internal/cases/{case_id}/address", direction=direction)
            return Address.from_dict(answer)
        except CallFailed as error:
            if error.status in (404, 409, 422):
                raise AddressUnknown(str(case_id)) from error
            raise
        except (KeyError, TypeError) as error:
            raise AddressUnknown(f"{case_id}: {error!r}") from error

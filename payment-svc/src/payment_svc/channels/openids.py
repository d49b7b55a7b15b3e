"""What WeChat calls a payer: asked of identity-svc when they pay inside WeChat, told to WeChat, kept nowhere."""

from collections.abc import Mapping
from uuid import UUID

from chassis.http_client import CallFailed, ServiceClient

from ..domain.errors import PayerUnknown


class IdentityOpenids:
    """Implements `application.ports.Openids`."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def of(self, account_id: UUID) -> Mapping[str, str]:
        try:
            answer = await self._client.get_json(f"/internal/accounts/{account_id}/openids")
        except CallFailed as error:
            raise PayerUnknown(f"identity-svc: {error.status}") from error
        return {str(appid): str(openid) for appid, openid in answer["openids"].items()}

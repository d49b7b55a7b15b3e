"""The payer's name, from identity-svc: asked with our own token when a receipt is printed, and never kept."""

from http import HTTPStatus
from uuid import UUID

import structlog
from chassis.http_client import CallFailed, ServiceClient
from chassis.people import NOBODY

from ..domain.receipt_errors import PayerUnavailable

log = structlog.get_logger(__name__)

ERASED = "（已注销账号）"


class IdentityPayers:
    """Implements `application.receipt_ports.Payers`. identity-svc records the look, and shows it to the payer."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def name(self, account_id: UUID, *, officer_id: UUID | None = None) -> str:
        if account_id == NOBODY:
            return ERASED
        params = {"why": "receipt"} | ({"officer_id": str(officer_id)} if officer_id else {})
        try:
            account = await self._client.get_json(f"/internal/accounts/{account_id}/name", **params)
        except CallFailed as error:
            if error.status == HTTPStatus.GONE:
                return ERASED
            log.warning("payer_unavailable", account_id=str(account_id), cause=repr(error))
            raise PayerUnavailable from error
        if not account.get("name"):
            raise PayerUnavailable
        return str(account["name"])

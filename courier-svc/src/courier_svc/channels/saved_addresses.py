"""Address books are identity-svc's; one address is asked for when its owner chooses it."""

from http import HTTPStatus
from uuid import UUID

import structlog
from chassis.http_client import CallFailed, ServiceClient

from courier_svc.domain.address import Address
from courier_svc.domain.errors import AddressBookNotAnswering, SavedAddressUnknown

log = structlog.get_logger(__name__)


class IdentityAddresses:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def fetch(self, account_id: UUID, address_id: UUID) -> Address:
        try:
            return Address.from_dict(
                await self._client.get_json(f"/internal/addresses/{account_id}/{address_id}")
            )
        except CallFailed as error:
            if error.status == HTTPStatus.NOT_FOUND:
                raise SavedAddressUnknown from error
            log.warning("address_book_unavailable", account_id=str(account_id), cause=repr(error))
            raise AddressBookNotAnswering from error

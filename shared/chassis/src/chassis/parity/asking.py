"""Asking another owner, by its `/internal/parity`."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

from contracts.tallies import FactTally

from ..http_client.service_client import ServiceClient
from .days import Hour
from .fact import FactMember


class OwnersFacts:
    """What an owner counts now. Everything raises CallFailed where it does not answer; never inside a transaction."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def day(self, day: date) -> dict[str, FactTally] | None:
        """Its facts of a day, by name; None where it has not counted that day."""
        body = await self._client.get_json(f"/internal/parity/days/{day.isoformat()}")
        if not body["revision"]:
            return None
        return {fact["fact"]: FactTally.model_validate(fact) for fact in body["facts"]}

    async def members(self, fact: str, hour: Hour) -> AsyncIterator[FactMember]:
        """The single ones of an hour, by id."""
        path = f"/internal/parity/facts/{fact}/days/{hour.day.isoformat()}/hours/{hour.hour}"
        body = await self._client.get_json(path)
        while True:
            for one in body["items"]:
                yield FactMember(UUID(one["id"]), one["says"])
            if body["next"] is None:
                return
            body = await self._client.get_json(path, after=body["next"])

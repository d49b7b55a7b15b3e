"""Telling those who are known from strangers, before anything was proven.

The same is asked of the database for identifiers that are somebody's and for those that are nobody's.
"""

from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.factors.devices import read_token
from ..domain.places import Asker, place_of
from .ports import KeyedHash, Places, TrustsDevices

_NOBODY: Final = UUID(int=0)


class Recognise:
    def __init__(self, places: Places, devices: TrustsDevices, keyed_hash: KeyedHash) -> None:
        self._places = places
        self._devices = devices
        self._hash = keyed_hash

    async def person(self, uow: UnitOfWork, phone: str, owner_id: UUID | None, address: str) -> Asker:
        """`phone` is E.164; `owner_id` None: it has no account."""
        known_by = await self._place(uow, owner_id or phone, address)
        return Asker(phone, address, owner_id, known_by=known_by)

    async def officer(
        self, uow: UnitOfWork, badge_no: str, owner_id: UUID | None, address: str, device_token: str | None
    ) -> Asker:
        """Known by a device they trust, wherever it is, or by the place."""
        known_by = await self._device(uow, owner_id or _NOBODY, device_token)
        known_by = known_by or await self._place(uow, owner_id or badge_no, address)
        return Asker(badge_no, address, owner_id, is_officer=True, known_by=known_by)

    async def _device(self, uow: UnitOfWork, owner_id: UUID, device_token: str | None) -> str | None:
        token = read_token(device_token) if device_token else None
        if token is None or not await self._devices.trusts(uow, owner_id, token):
            return None
        return f"device:{token.device_id}"

    async def _place(self, uow: UnitOfWork, owner: UUID | str, address: str) -> str | None:
        known = await self._places.knows(uow, self._hash(place_of(owner, address)))
        return f"place:{address}" if known else None

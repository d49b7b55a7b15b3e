"""Somebody keeps addresses: adds, corrects, chooses the default, deletes."""

from dataclasses import replace
from typing import Protocol
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.addresses import PostalAddress

from ..domain.addresses import MOST, AddressBookFull, AddressNotFound, SavedAddress
from ..domain.errors import AccountNotFound


class AddressBooks(Protocol):
    async def of(self, uow: UnitOfWork, account_id: UUID) -> list[SavedAddress]: ...
    async def held(self, uow: UnitOfWork, account_id: UUID) -> list[SavedAddress] | None: ...
    async def look(
        self, uow: UnitOfWork, account_id: UUID, address_id: UUID, *, viewer: str
    ) -> PostalAddress | None: ...
    async def put(self, uow: UnitOfWork, account_id: UUID, saved: SavedAddress) -> None: ...
    async def remove(self, uow: UnitOfWork, account_id: UUID, address_id: UUID) -> None: ...


class KeepAddresses:
    def __init__(self, books: AddressBooks) -> None:
        self._books = books

    async def add(
        self, uow: UnitOfWork, account_id: UUID, label: str, place: PostalAddress, *, default: bool
    ) -> SavedAddress:
        """The first one is the default. One that is there already is answered as it is: nobody needs it twice.

        Raises AddressBookFull.
        """
        book, said = await self._held(uow, account_id), place.model_dump()
        same = next((one for one in book if one.label == label and one.place.model_dump() == said), None)
        if same is not None:
            return await self._put(uow, account_id, replace(same, is_default=same.is_default or default))
        if len(book) >= MOST:
            raise AddressBookFull
        return await self._put(
            uow, account_id, SavedAddress(uuid7(), label, place, default or not book, now())
        )

    async def correct(
        self, uow: UnitOfWork, account_id: UUID, address_id: UUID, label: str, place: PostalAddress
    ) -> SavedAddress:
        """What was sent to it before keeps going where it went. Raises AddressNotFound."""
        known = await self._one(uow, account_id, address_id)
        return await self._put(uow, account_id, replace(known, label=label, place=place, changed_at=now()))

    async def make_default(self, uow: UnitOfWork, account_id: UUID, address_id: UUID) -> SavedAddress:
        """Raises AddressNotFound."""
        known = await self._one(uow, account_id, address_id)
        return await self._put(uow, account_id, replace(known, is_default=True))

    async def remove(self, uow: UnitOfWork, account_id: UUID, address_id: UUID) -> None:
        """One that is gone already is gone."""
        await self._held(uow, account_id)
        await self._books.remove(uow, account_id, address_id)

    async def _put(self, uow: UnitOfWork, account_id: UUID, saved: SavedAddress) -> SavedAddress:
        await self._books.put(uow, account_id, saved)
        return saved

    async def _one(self, uow: UnitOfWork, account_id: UUID, address_id: UUID) -> SavedAddress:
        for one in await self._held(uow, account_id):
            if one.id == address_id:
                return one
        raise AddressNotFound

    async def _held(self, uow: UnitOfWork, account_id: UUID) -> list[SavedAddress]:
        book = await self._books.held(uow, account_id)
        if book is None:
            raise AccountNotFound
        return book

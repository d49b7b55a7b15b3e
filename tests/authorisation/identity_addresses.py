"""Address books in identity-svc."""

from typing import ClassVar

from contracts.addresses import PostalAddress

from .identity_people import People
from .trying import Object


class AddressBooks:
    people: People

    PLACE: ClassVar = {
        "province": "陕西省", "city": "西安市", "county": "新城区", "address": "尚德路1号", "name": "赵小雨",
        "phone": "13800000000",
    }  # fmt: skip

    async def _saved(self, who: str, **changes: str) -> str:
        await self.people.identity.sql(
            "DELETE FROM saved_address WHERE account_id = $1", self.people.ids[who]
        )
        return await self._another(who, **changes)

    async def _another(self, who: str, **changes: str) -> str:
        desk, place = self.people.state.addresses, PostalAddress(**self.PLACE | changes)
        async with self.people.identity.running.uow() as uow:
            saved = await desk.keep.add(uow, self.people.ids[who], "家", place, default=False)
        return str(saved.id)

    async def address(self, who: str) -> Object:
        return Object({"address_id": await self._saved(who)})

    async def second_address(self, who: str) -> Object:
        await self._saved(who)
        return Object({"address_id": await self._another(who, address="科技路9号")})

    async def address_book(self, who: str) -> Object:
        return Object(shows=(await self._saved(who),))

    async def kept_address(self, who: str) -> Object:
        path = {"account_id": str(self.people.ids[who]), "address_id": await self._saved(who)}
        return Object(path, shows=(self.PLACE["address"],))

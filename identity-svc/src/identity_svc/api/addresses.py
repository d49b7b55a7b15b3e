"""One's address book. Who acts for somebody sees it masked and may choose from it, not change it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, allow_service, answer_not_stored
from contracts.addresses import PostalAddress, masked_person
from contracts.tokens import Role
from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from ..application.keep_addresses import AddressBooks, KeepAddresses
from ..domain.addresses import AddressNotFound, SavedAddress
from .dependencies import not_cached

router = Router(prefix="/api/identity/me/addresses", tags=["addresses"], dependencies=[Depends(not_cached)])
internal_router = Router(prefix="/internal/addresses", tags=["internal"], dependencies=[Depends(not_cached)])

Owner = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]
Reader = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY, acting=True))]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^[^\x00-\x1f\x7f]*$")
]


@dataclass(frozen=True, slots=True)
class AddressDesk:
    books: AddressBooks
    keep: KeepAddresses


async def _desk(request: Request) -> AddressDesk:
    desk: AddressDesk = request.app.state.addresses
    return desk


Desk = Annotated[AddressDesk, Depends(_desk)]


class AddressIn(PostalAddress):
    """`label`：自己起的名称，如“家” · what its owner calls it."""

    label: Label = Field("", examples=["家"])


class NewAddress(AddressIn):
    default: bool = Field(
        False, strict=True, description="设为默认；第一个总是默认 · the first one always is"
    )


class AddressView(BaseModel):
    """`masked`: seen by somebody who acts for its owner; choose it by its `id`."""

    id: UUID
    label: str = Field(examples=["家"])
    is_default: bool
    masked: bool
    province: str
    city: str
    county: str
    address: str
    name: str
    phone: str
    changed_at: datetime

    @classmethod
    def of(cls, saved: SavedAddress, *, masked: bool = False) -> "AddressView":
        place = saved.place
        name, phone, address = place.name, place.phone, place.address
        if masked:
            name, phone, address = masked_person(name, phone, address)
        return cls(
            id=saved.id,
            label=saved.label,
            is_default=saved.is_default,
            masked=masked,
            province=place.province,
            city=place.city,
            county=place.county,
            address=address,
            name=name,
            phone=phone,
            changed_at=saved.changed_at,
        )


class AddressBookView(BaseModel):
    items: list[AddressView]


@router.get("", summary="我的地址簿 · My address book, the default first")
async def list_addresses(uow: Uow, desk: Desk, caller: Reader) -> AddressBookView:
    """代办人看到的已脱敏，可按编号选用 · Who acts for somebody sees it masked, to choose by id."""
    book = await desk.books.of(uow, caller.account_id)
    masked = caller.actor is not None
    return AddressBookView(items=[AddressView.of(one, masked=masked) for one in book])


@router.post("", status_code=201, summary="新增地址 · Add an address")
@answer_not_stored
async def add_address(
    body: NewAddress, response: Response, uow: Uow, desk: Desk, caller: Owner
) -> AddressView:
    """同样的地址再次新增，得到已有的那一个 · The same again is answered with the one that is there."""
    saved = await desk.keep.add(uow, caller.account_id, body.label, _place(body), default=body.default)
    response.headers["Location"] = f"/api/identity/me/addresses/{saved.id}"
    return AddressView.of(saved)


@router.put("/{address_id}", summary="修改地址 · Correct an address")
@answer_not_stored
async def correct_address(
    address_id: UUID, body: AddressIn, uow: Uow, desk: Desk, caller: Owner
) -> AddressView:
    """已选用它的办件和快件不受影响 · Cases and parcels that chose it keep what it was then."""
    return AddressView.of(
        await desk.keep.correct(uow, caller.account_id, address_id, body.label, _place(body))
    )


@router.put("/{address_id}/default", summary="设为默认地址 · Make it the default")
@answer_not_stored
async def make_default(address_id: UUID, uow: Uow, desk: Desk, caller: Owner) -> AddressView:
    return AddressView.of(await desk.keep.make_default(uow, caller.account_id, address_id))


@router.delete("/{address_id}", status_code=204, summary="删除地址 · Delete an address")
async def delete_address(address_id: UUID, uow: Uow, desk: Desk, caller: Owner) -> None:
    """删除默认地址后，最近修改的成为默认 · Without a default, the one changed last becomes it."""
    await desk.keep.remove(uow, caller.account_id, address_id)


@internal_router.get(
    "/{account_id}/{address_id}",
    summary="地址簿中的地址（记录查看） · An address of somebody's book, recorded",
)
async def hand_out_address(
    account_id: UUID,
    address_id: UUID,
    uow: Uow,
    desk: Desk,
    caller: Annotated[Caller, Depends(allow_service("case-svc", "courier-svc"))],
) -> PostalAddress:
    """When its owner, or who acts for them, chooses it for a case or a parcel: copied by value at that moment."""
    place = await desk.books.look(uow, account_id, address_id, viewer=caller.subject)
    if place is None:
        raise AddressNotFound
    return place


def _place(body: AddressIn) -> PostalAddress:
    return PostalAddress.model_construct(**body.model_dump(include=set(PostalAddress.model_fields)))

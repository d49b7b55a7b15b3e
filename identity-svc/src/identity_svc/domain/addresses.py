"""The addresses somebody keeps to have parcels sent to and fetched from (地址簿)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.problems import Conflict, NotFound
from contracts.addresses import PostalAddress

MOST: Final = 20
"""Of one account: more is no address book of a person, nor of a company's windows."""


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """`label` is what its owner calls it, 家 or 公司; of all that one keeps, one is the default."""

    id: UUID
    label: str
    place: PostalAddress
    is_default: bool
    changed_at: datetime


class AddressNotFound(NotFound):
    slug = "saved-address-not-found"
    title = ("地址不存在", "No such address")

    def __init__(self) -> None:
        super().__init__(
            "地址簿里没有这个地址，可能已被删除。请刷新后重新选择。",
            "There is no such address in the book; it may have been deleted. Load the list again and choose another.",
        )


class AddressBookFull(Conflict):
    slug = "address-book-full"
    title = ("地址已满", "The address book is full")

    def __init__(self) -> None:
        super().__init__(
            f"最多保存 {MOST} 个地址，请先删除不用的地址。",
            f"{MOST} addresses can be kept at most; delete one that is no longer used.",
            most=MOST,
        )
